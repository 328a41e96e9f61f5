/*
 * ring.c - a ring buffer of messages in shared memory (not in the book).
 *
 * Shows   How to read a structure that another process may change at any time: copy a value, check the copy, use the
 *         copy.
 * With    SharedMemoryReader.c, SharedMemoryWriter.c, shared_memory_reader.c, shared_memory_writer.c
 */
#include <string.h>

#include "ring.h"

#define RING_MAGIC   0x676E6972 /* "ring" */
#define RING_VERSION 2
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

bool ring_takes(uint32_t size, size_t bytes)
{
    if (bytes <= size - LENGTH_BYTES)
        return true;
    report(_T("a message of %lu bytes does not fit into the ring; it takes %lu"), (unsigned long)bytes,
           (unsigned long)(size - LENGTH_BYTES));
    return false;
}

void ring_clear(message_ring *ring, uint32_t size)
{
    ring->size = size;
    ring->read_at = 0;
    ring->write_at = 0;
    ring->version = RING_VERSION;
    ring->magic = RING_MAGIC;
}

/* The bytes of all messages. More than `size`: the ring is damaged. */
static uint32_t used_bytes(uint32_t size, uint32_t read_at, uint32_t write_at)
{
    uint32_t used = write_at >= read_at ? write_at - read_at : write_at + 2 * size - read_at;
    bool is_possible = read_at < 2 * size && write_at < 2 * size && (used == 0 || used >= LENGTH_BYTES);

    return is_possible ? used : UINT32_MAX;
}

/*
 * Empties the ring. A process may be killed between any two stores, so after each the ring is damaged as before, or
 * empty; it never seems to hold messages.
 */
static ring_state clear_damaged(message_ring *ring, uint32_t size)
{
    uint32_t read_at = ring->read_at, write_at = ring->write_at;

    report(_T("the ring is damaged: another program has written into it; all messages in it are dropped"));
    if (write_at >= 2 * size)
        ring->write_at = write_at = read_at < 2 * size ? read_at : 0;
    ring->read_at = write_at;
    return RING_CLEARED;
}

bool ring_is_known(const message_ring *ring)
{
    return ring->magic == RING_MAGIC && ring->version == RING_VERSION;
}

bool ring_check(const message_ring *ring, size_t mapped_bytes, uint32_t size, const TCHAR *object)
{
    if (mapped_bytes < sizeof(*ring) || !ring_is_known(ring)) {
        report(_T("%s holds no ring of messages; choose another --name"), object);
        return false;
    }
    uint32_t found = ring->size;
    /* What is written in the ring may be wrong; how much is mapped is a fact. */
    if (found != size || mapped_bytes - sizeof(*ring) < size) {
        report(_T("%s holds a ring of %lu bytes, and we expect %lu"), object, (unsigned long)found,
               (unsigned long)size);
        report(_T("hint: start both programs with the same --size"));
        return false;
    }
    return true;
}

ring_state ring_put(message_ring *ring, uint32_t size, const char *message, uint32_t bytes)
{
    uint32_t write_at = ring->write_at, used = used_bytes(size, ring->read_at, write_at);

    if (used > size) {
        clear_damaged(ring, size);
        write_at = ring->write_at % (2 * size);
        used = 0;
    }
    if (size - used < LENGTH_BYTES || size - used - LENGTH_BYTES < bytes)
        return RING_FULL;

    copy_in(ring, size, write_at % size, &bytes, LENGTH_BYTES);
    copy_in(ring, size, (write_at + LENGTH_BYTES) % size, message, bytes);
    return RING_DONE;
}

void ring_commit(message_ring *ring, uint32_t size, uint32_t bytes)
{
    ring->write_at = (ring->write_at % (2 * size) + LENGTH_BYTES + bytes) % (2 * size);
}

ring_state ring_take(message_ring *ring, uint32_t size, char *message, uint32_t *bytes)
{
    uint32_t read_at = ring->read_at, used = used_bytes(size, read_at, ring->write_at), length;

    if (used > size)
        return clear_damaged(ring, size);
    if (used == 0)
        return RING_EMPTY;

    copy_out(ring, size, read_at % size, &length, LENGTH_BYTES);
    if (length > used - LENGTH_BYTES)
        return clear_damaged(ring, size);
    copy_out(ring, size, (read_at + LENGTH_BYTES) % size, message, length);

    /* One store: a reader that is killed has taken the message, or has not. */
    ring->read_at = (read_at + LENGTH_BYTES + length) % (2 * size);
    *bytes = length;
    return RING_DONE;
}
