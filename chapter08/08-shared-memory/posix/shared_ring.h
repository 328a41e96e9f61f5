/*
 * shared_ring.h - what shared_memory_reader.c and shared_memory_writer.c share: the memory, and how to use it.
 */
#ifndef SHARED_RING_H
#define SHARED_RING_H

#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/types.h>

#include "companion.h"
#include "../shared/ring.h"

#define WAIT_FOREVER 4294967295UL

/* On Win32 mutex and events are kernel objects with names. Here they lie in the memory beside what they protect. */
struct shared_ring {
    pthread_mutex_t mutex; /* robust: the next one learns when its owner has died */
    sem_t filled;          /* there is a message */
    sem_t room;            /* there is room again */
    message_ring ring;     /* its bytes follow */
};

/* The name of the object: a slash in front, none in it. Ends the program when there cannot be such a name. */
void object_name(char object[NAME_MAX], const char *name);

/* Makes mutex, semaphores and an empty ring. */
void init_ring(struct shared_ring *shared, uint32_t size);

/* The process that has the object open for reading, by its lock on it; 0 when there is none. */
pid_t find_reader(int fd);

/* Waits for the ring. Says so when it gets it because the process that had it has died. */
void lock_ring(struct shared_ring *shared);
void unlock_ring(struct shared_ring *shared);

/* A semaphore that counts no further than 1 is an auto-reset event. False: nothing came for `timeout` ms. */
void set_event(sem_t *event);
bool wait_event(sem_t *event, unsigned long timeout);

#endif
