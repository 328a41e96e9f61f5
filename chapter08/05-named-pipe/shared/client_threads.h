/*
 * client_threads.h - a list of threads, one for each client of a server. For the one thread that starts them.
 */
#ifndef CLIENT_THREADS_H
#define CLIENT_THREADS_H

#include "companion.h"

/* False where there is no memory: then nobody waits for that thread at the end, and the caller closes the handle. */
bool keep_thread(HANDLE hThread);

/* Takes a thread that has ended off the list, or gives NULL where all of them still run. The caller closes it. */
HANDLE take_ended_thread(void);

/* The same, ended or not: the caller waits for it. NULL: the list is empty. */
HANDLE take_thread(void);

#endif
