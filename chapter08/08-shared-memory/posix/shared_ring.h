/*
 * shared_ring.h - the memory that both POSIX programs share, and what both check and print.
 */
#ifndef SHARED_RING_H
#define SHARED_RING_H

#include <pthread.h>
#include <semaphore.h>
#include <sys/stat.h>

#include "../shared/ring.h"
#include "time_limit.h"

/* After this time a program says for what it waits, and again and again. */
#define NOTICE_MS 5000

/* On Win32 the mutex and the events are kernel objects with names. Here they lie in the memory, beside the ring. */
struct shared_ring {
    pthread_mutex_t mutex; /* robust: its next owner learns that the last one has died */
    sem_t filled;          /* a message has been put into the ring; never above 1, like an auto-reset event */
    sem_t room;            /* a message has been taken out of it; never above 1 */
    message_ring ring;     /* its bytes follow */
};

/*
 * From now on, an access to memory that the object no longer has (SIGBUS) ends the program: a message and status 1.
 * Before that it calls clean_up, which makes system calls only, or may be NULL.
 */
void end_at_sigbus(void (*clean_up)(void));

/* Ends the program, with the reason, when the object is another user's, or is something else than shared memory. */
void require_own_object(const char *object, const struct stat *status);

/* Says that there is no memory for the object, and where to look for what is left over. */
_Noreturn void die_no_room(const char *object, size_t bytes);

/* Ends the program, with the reason, when an object that is there has another size. */
void require_size(const char *object, const struct stat *status, size_t bytes);

/*
 * Whether the memory holds a ring. False: it is new, or its maker was killed before the ring was complete, so there is
 * no message in it and no magic yet. With any other content it is not ours to write to: says so and ends the program.
 */
bool holds_ring(const struct shared_ring *shared, size_t bytes, const char *object);

/* How long to wait for the mutex before notice_lock is called: NOTICE_MS, or what is left of --timeout. */
struct timespec lock_deadline(void);

/* Says that the mutex cannot be had. Ends the program when the time is over. */
void notice_lock(void);

/* Prints a message, which may come from any program and has room for a terminator. True when it is "exit". */
bool print_message(char *message, uint32_t bytes);

#endif
