/*
 * client_threads.c - a list of threads, one for each client of a server.
 *
 * Shows   A thread's handle is signaled once the thread has ended. WaitForMultipleObjects takes 64 handles at most;
 *         a server may have more threads.
 * With    NamedPipe_ServerThread.c, SocketServer.c
 */
#include "client_threads.h"

#include <stdlib.h>

static HANDLE *hThreads;
static size_t count, room;

bool keep_thread(HANDLE hThread)
{
    if (count == room) {
        HANDLE *more = realloc(hThreads, (2 * room + 16) * sizeof(HANDLE));
        if (more == NULL)
            return false;
        hThreads = more;
        room = 2 * room + 16;
    }
    hThreads[count++] = hThread;
    return true;
}

HANDLE take_ended_thread(void)
{
    for (size_t i = 0; i < count; i++) {
        HANDLE hThread = hThreads[i];
        if (WaitForSingleObject(hThread, 0) == WAIT_OBJECT_0) {
            hThreads[i] = hThreads[--count];
            return hThread;
        }
    }
    return NULL;
}

HANDLE take_thread(void)
{
    return count == 0 ? NULL : hThreads[--count];
}
