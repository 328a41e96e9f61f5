/*
 * shared_ring.h - the memory that both POSIX programs share, and what both check and print.
 */
#ifndef SHARED_RING_H
#define SHARED_RING_H

#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include "../shared/ring.h"

#define WAIT_FOREVER 4294967295UL

/* On Win32 the mutex and the events are kernel objects with names. Here they lie in the memory, beside the ring. */
struct shared_ring {
    pthread_mutex_t mutex; /* robust: its next owner learns that the last one has died */
    sem_t filled;          /* a message has been put into the ring; never above 1, like an auto-reset event */
    sem_t room;            /* a message has been taken out of it; never above 1 */
    message_ring ring;     /* its bytes follow */
};

/* From now on, an access to memory that the object no longer has (SIGBUS) ends the program: a message and status 1. */
void end_at_sigbus(void);

/* The moment `ms` from now, for sem_timedwait. */
struct timespec deadline_after(unsigned long ms);

/* Prints a message, which may come from any program and has room for a terminator. True when it is "exit". */
bool print_message(char *message, uint32_t bytes);

#endif
