/*
 * ring.h - a ring buffer of messages in shared memory, the same for Win32 and POSIX.
 *
 * A message is its length in 4 bytes, then its bytes; where the memory ends, it continues at the beginning. The mutex
 * of the ring belongs to whoever calls a function that takes a ring. Another process can write into the ring at any
 * time, without the mutex too. So nothing that is read from it is trusted, and each caller passes the size that it
 * has checked itself.
 */
#ifndef RING_H
#define RING_H

#include <stdint.h>

#include "companion.h"

#define RING_MIN_SIZE   64
#define RING_MAX_SIZE   16777216
#define RING_NAME_CHARS 255

/* volatile: each read gives one copy, which is checked and then used. The ring's own value may change meanwhile. */
typedef struct message_ring {
    volatile uint32_t magic, version;
    volatile uint32_t size;     /* of the bytes that follow this header */
    volatile uint32_t read_at;  /* where the oldest message begins; the reader's alone */
    volatile uint32_t write_at; /* where the next one will begin; the writers' alone */
} message_ring;

/*
 * Both positions go from 0 to 2 * size - 1 and mean the byte at position % size: so they are equal in an empty ring,
 * and `size` apart in a full one. Taking and putting a message changes one of them, by one store, as its last step:
 * whoever is killed, at whatever point, has done it or has not. With a count of bytes beside read_at, taking would be
 * two.
 */

/* The bytes of header and messages. */
#define RING_BYTES(size) ((uint32_t)sizeof(message_ring) + (size))

typedef enum ring_state {
    RING_DONE,
    RING_EMPTY,
    RING_FULL,
    RING_CLEARED /* it was damaged and has been emptied */
} ring_state;

/* Whether a ring of `size` bytes takes a message of `bytes` bytes at all. Reports when it does not. */
bool ring_takes(uint32_t size, size_t bytes);

/* Makes an empty ring, whatever the memory holds. */
void ring_clear(message_ring *ring, uint32_t size);

/* Whether the memory holds a ring; its size may differ from ours. */
bool ring_is_known(const message_ring *ring);

/* Whether `mapped_bytes` of memory hold a ring of `size` bytes. Reports why not. */
bool ring_check(const message_ring *ring, size_t mapped_bytes, uint32_t size, const TCHAR *object);

/* Copies a message behind the others, where the reader does not see it until ring_commit: RING_DONE or RING_FULL. */
ring_state ring_put(message_ring *ring, uint32_t size, const char *message, uint32_t bytes);
void ring_commit(message_ring *ring, uint32_t size, uint32_t bytes);

/* Takes the oldest message into `message`, which has room for `size` bytes: RING_DONE, _EMPTY or _CLEARED. */
ring_state ring_take(message_ring *ring, uint32_t size, char *message, uint32_t *bytes);

/* ---- ring_object.c ---- */

/*
 * The name of a kernel object of the ring `name`: Local\NAME and the suffix (Win32), /NAME (POSIX). Gives `object`
 * back. Ends the program when `name` cannot be one.
 */
const TCHAR *ring_object(TCHAR object[RING_NAME_CHARS], const TCHAR *name, const TCHAR *suffix);

/*
 * The next MESSAGE of the command line, or, where `messages` is 0, the next line that is typed. NULL at their end, and
 * behind "exit".
 */
const TCHAR *next_message(int messages, TCHAR *argv[]);

/* How long to wait for the mutex, whose owner may stand still: what is left of --timeout, and a moment at least. */
unsigned long ring_lock_ms(void);

/* What a program that cannot have it waits for. */
#define WAIT_FOR_LOCK _T("the mutex: a process is in its critical section, and does not leave it")

/* For --hold: returns when a person has pressed Enter. */
void hold_ring(void);

/* Says that there is no reader any more, and ends the program. */
_Noreturn void die_without_reader(void);

#endif
