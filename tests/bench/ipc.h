/*
 * ipc.h - one way for the benchmark to use each mechanism: two processes, messages of one size, both directions.
 */
#ifndef BENCH_IPC_H
#define BENCH_IPC_H

#include "companion.h"

#define ADDRESS_CHARS 128

/* So many messages in one direction find room in shared memory before the sender has to wait. */
#define SLOTS 16

typedef struct mechanism {
    const TCHAR *name; /* as in the table of chapter08/README.md */
    /*
     * The parent makes both ends before it starts the child, and writes to `address` what the child needs to
     * find them. `size` is that of a message. Like all that follow, it ends the program where a call fails.
     */
    void (*create)(TCHAR address[ADDRESS_CHARS], size_t size);
    /* The child, and then the parent, gets its own end ready. Both may wait for the other here. */
    void (*open)(const TCHAR *address, size_t size, bool isChild);
    /* One message of `size` bytes. A stream hands it on in pieces; receive waits for all of them. */
    void (*send)(const char *message, size_t size);
    void (*receive)(char *message, size_t size);
    /* What would outlive both processes is removed by the parent; NULL where nothing does. */
    void (*remove)(const TCHAR *address);
} mechanism;

/* All of this system, ended by one without a name. */
extern const mechanism mechanisms[];

/* Starts this program once more, as the child. On POSIX it is a fork, and gives true in the child. */
bool start_child(const mechanism *chosen, const TCHAR *address, const TCHAR *size);

/* Waits for the child's end. */
void join_child(void);

/* Microseconds since some moment, of a clock that is never set. */
double now_us(void);

/* For an object that both processes find by name; no other run has the same. */
void make_address(TCHAR address[ADDRESS_CHARS], const TCHAR *prefix);

#endif
