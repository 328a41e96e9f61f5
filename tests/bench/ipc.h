/*
 * ipc.h - the interface through which the benchmark uses each mechanism: two processes, messages of one size, in both
 * directions.
 */
#ifndef BENCH_IPC_H
#define BENCH_IPC_H

#include "companion.h"

#define ADDRESS_CHARS 128

/* The messages for which the shared memory has room in one direction. */
#define SLOTS 16

typedef struct mechanism {
    const TCHAR *name; /* as in the table of chapter08/README.md */
    /*
     * The parent creates what both use before it starts the child, and writes to `address` what the child needs to
     * find it. `size` is that of a message. This function and all that follow end the program when a call fails.
     */
    void (*create)(TCHAR address[ADDRESS_CHARS], size_t size);
    /* The child and the parent each open their own end. Both may wait for the other here. */
    void (*open)(const TCHAR *address, size_t size, bool isChild);
    /* One message of `size` bytes. A stream may deliver it in pieces; receive waits for all of them. */
    void (*send)(const char *message, size_t size);
    void (*receive)(char *message, size_t size);
    /* The parent removes what would stay after the end of both processes; NULL where nothing stays. */
    void (*remove)(const TCHAR *address);
} mechanism;

/* All mechanisms of this system; the last entry has no name. */
extern const mechanism mechanisms[];

/* Starts this program once more, as the child. On POSIX this is a fork, and true is returned in the child. */
bool start_child(const mechanism *chosen, const TCHAR *address, const TCHAR *size);

/* From now on this process, and each child that it starts, runs on that core alone. */
void pin_process(unsigned long core);

/* Waits for the child's end. */
void join_child(void);

/* Microseconds of a clock that nobody sets. */
double now_us(void);

/* A name for an object that both processes open; no other run has the same. */
void make_address(TCHAR address[ADDRESS_CHARS], const TCHAR *prefix);

#endif
