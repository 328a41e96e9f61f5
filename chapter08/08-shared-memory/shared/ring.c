/*
 * ring.c - a ring buffer of messages.
 *
 * Shows   How to read a structure that a stranger may write at any time: copy, check the copy, use the copy.
 * With    SharedMemoryReader.c, SharedMemoryWriter.c, shared_memory_reader.c, shared_memory_writer.c
 */
#include <string.h>

#include "ring.h"

#define RING_MAGIC   0x676E6972 /* "ring" */
#define RING_VERSION 1
#define LENGTH_BYTES ((uint32_t)sizeof(uint32_t))

static void copy_in(message_ring *ring, uint32_t size, uint32_t at, const void *from, uint32_t count)
{
    unsigned char *bytes = (unsigned char *)(ring + 1);
    uint32_t first = count < size - at ? count : size - at;

    memcpy(bytes + at, from, first);
    memcpy(bytes, (const unsigned char *)from + first, count - first);
}

static void copy_out(const message_ring *ring, uint32_t size, uint32_t at, void *to, uint32_t count)
{
    const unsigned char *bytes = (const unsigned char *)(ring + 1);
    uint32_t first = count < size - at ? count : size - at;

    memcpy(to, bytes + at, first);
    memcpy((unsigned char *)to + first, bytes, count - first);
}

uint32_t ring_longest(uint32_t size)
{
    return size - LENGTH_BYTES;
}

void ring_clear(message_ring *ring, uint32_t size)
{
    ring->size = size;
    ring->read_at = 0;
    ring->used = 0;
    ring->version = RING_VERSION;
    ring->magic = RING_MAGIC;
}

bool ring_is_known(const message_ring *ring)
{
    return ring->magic == RING_MAGIC && ring->version == RING_VERSION;
}

ring_state ring_fill(message_ring *ring, uint32_t size, const char *message, uint32_t bytes)
{
    uint32_t read_at = ring->read_at, used = ring->used;

    if (read_at >= size || used > size)
        return RING_DAMAGED;
    if (size - used < LENGTH_BYTES || size - used - LENGTH_BYTES < bytes)
        return RING_FULL;

    copy_in(ring, size, (read_at + used) % size, &bytes, LENGTH_BYTES);
    copy_in(ring, size, (read_at + used + LENGTH_BYTES) % size, message, bytes);
    return RING_DONE;
}

void ring_commit(message_ring *ring, uint32_t bytes)
{
    ring->used += LENGTH_BYTES + bytes;
}

ring_state ring_take(message_ring *ring, uint32_t size, char *message, uint32_t *bytes)
{
    uint32_t read_at = ring->read_at, used = ring->used, length;

    if (read_at >= size || used > size || (used > 0 && used < LENGTH_BYTES))
        return RING_DAMAGED;
    if (used == 0)
        return RING_EMPTY;

    copy_out(ring, size, read_at, &length, LENGTH_BYTES);
    if (length > used - LENGTH_BYTES)
        return RING_DAMAGED;
    copy_out(ring, size, (read_at + LENGTH_BYTES) % size, message, length);

    ring->read_at = (read_at + LENGTH_BYTES + length) % size;
    ring->used = used - LENGTH_BYTES - length;
    *bytes = length;
    return RING_DONE;
}
