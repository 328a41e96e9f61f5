/*
 * worker.h - how the programs of this lesson start a child that works for a while.
 */
#ifndef WORKER_H
#define WORKER_H

#include "companion.h"

/* A worker works no longer than this: one day. */
#define WORK_MAX_MS 86400000UL

/*
 * Starts a Worker and gives its handle, which the caller closes. With `hThread` it is suspended until ResumeThread on
 * what is put there, which the caller closes, too. NULL, and said why, when it cannot be started.
 */
HANDLE start_worker(DWORD work_ms, HANDLE *hThread);

#endif
