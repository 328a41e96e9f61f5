/*
 * client_threads.c - a thread for each client, and an end of the process after the last of them.
 *
 * Shows   _beginthreadex, CreateThread for a thread that uses the C library; waiting for more threads than
 *         WaitForMultipleObjects takes, of which each may end at any time.
 * With    NamedPipe_ServerThread.c; the server of the socket lesson uses it too
 */
#include <process.h>
#include <stdlib.h>

#include "client_threads.h"
#include "companion.h"

typedef struct client_thread {
    void (*serve)(void *client);
    void *client;
    HANDLE hThread;
} client_thread;

static SRWLOCK lock = SRWLOCK_INIT;
static CONDITION_VARIABLE all_gone = CONDITION_VARIABLE_INIT;
static DWORD present; /* how many serve, under the lock */
static HANDLE hLast;  /* of the thread that was last to stop serving, under the lock */

/*
 * A thread that has served its client has not ended yet, and a process that ends in just that moment may hang under
 * Wine, and be killed. So each thread waits for the one before it, which is about to end, and only one handle is
 * kept: when that thread has ended, all have.
 */
static unsigned __stdcall run(void *context)
{
    client_thread self = *(client_thread *)context;

    free(context);
    self.serve(self.client);

    AcquireSRWLockExclusive(&lock);
    HANDLE hBefore = hLast;
    hLast = self.hThread;
    present--;
    ReleaseSRWLockExclusive(&lock);
    WakeAllConditionVariable(&all_gone);

    if (hBefore != NULL) {
        WaitForSingleObject(hBefore, INFINITE);
        CloseHandle(hBefore);
    }
    return 0;
}

bool start_client_thread(void (*serve)(void *client), void *client)
{
    client_thread *thread = malloc(sizeof(*thread));
    if (thread == NULL)
        die_error(_T("malloc"));
    thread->serve = serve;
    thread->client = client;
    /* Suspended, until it can find its own handle. */
    HANDLE hThread = (HANDLE)_beginthreadex(NULL, 0, run, thread, CREATE_SUSPENDED, NULL);
    if (hThread == NULL) {
        free(thread);
        return false;
    }
    thread->hThread = hThread;

    AcquireSRWLockExclusive(&lock);
    present++;
    ReleaseSRWLockExclusive(&lock);
    if (ResumeThread(hThread) == (DWORD)-1)
        die_error(_T("ResumeThread"));
    return true;
}

void wait_for_client_threads(void)
{
    AcquireSRWLockExclusive(&lock);
    while (present > 0)
        SleepConditionVariableSRW(&all_gone, &lock, INFINITE, 0);
    HANDLE hThread = hLast;
    hLast = NULL;
    ReleaseSRWLockExclusive(&lock);

    if (hThread != NULL) {
        WaitForSingleObject(hThread, INFINITE);
        CloseHandle(hThread);
    }
}
