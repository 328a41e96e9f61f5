/*
 * ring.h - a ring buffer of messages, as it lies in shared memory: the same for Win32 and POSIX.
 *
 * Each message is its length in 4 bytes and then its bytes, and goes on at the beginning where the end is
 * reached. All of it can be written by another process: nothing read from it is to be trusted. So the caller
 * passes the size that it has mapped itself. Who calls these functions holds the mutex of the ring.
 */
#ifndef RING_H
#define RING_H

#include <stdbool.h>
#include <stdint.h>

#define RING_MIN_SIZE 64
#define RING_MAX_SIZE 16777216

/* volatile: what is checked is a copy, or it might change after the check. */
typedef struct message_ring {
    volatile uint32_t magic, version;
    volatile uint32_t size;    /* of the bytes that follow this */
    volatile uint32_t read_at; /* where the oldest message begins */
    volatile uint32_t used;    /* the bytes of all messages */
} message_ring;

typedef enum ring_state { RING_DONE, RING_EMPTY, RING_FULL, RING_DAMAGED } ring_state;

/* The longest message that a ring takes. */
uint32_t ring_longest(uint32_t size);

/* Makes an empty ring of memory that holds anything. */
void ring_clear(message_ring *ring, uint32_t size);

/* Whether there is a ring of our kind; its size may be another one than ours. */
bool ring_is_known(const message_ring *ring);

/* Puts a message behind the others, where the reader does not see it until ring_commit. */
ring_state ring_fill(message_ring *ring, uint32_t size, const char *message, uint32_t bytes);
void ring_commit(message_ring *ring, uint32_t bytes);

/* Takes the oldest message into `message`, which has room for ring_longest(size). */
ring_state ring_take(message_ring *ring, uint32_t size, char *message, uint32_t *bytes);

#endif
