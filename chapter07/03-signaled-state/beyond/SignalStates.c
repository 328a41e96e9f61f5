/*
 * SignalStates.c - what makes each kind of kernel object signaled, and for whom; every word by a real wait (book 7-3).
 *
 * Shows   WaitForSingleObject on processes, threads, events, mutexes, semaphores and timers.
 * Run     SignalStates
 * With    Worker.c, which it starts
 */
#include "worker.h"

static const TCHAR *state_name(DWORD waitResult)
{
    switch (waitResult) {
    case WAIT_OBJECT_0:
        return _T("signaled");
    case WAIT_TIMEOUT:
        return _T("non-signaled");
    default:
        die_error(_T("WaitForSingleObject"));
    }
}

static DWORD WINAPI look(LPVOID hObject)
{
    return WaitForSingleObject(hObject, 0);
}

/* The state as another thread sees it: a mutex lets in the thread that owns it, and no other one. */
static const TCHAR *state_elsewhere(HANDLE hObject)
{
    DWORD waitResult;

    HANDLE hThread = CreateThread(NULL, 0, look, hObject, 0, NULL);
    if (hThread == NULL)
        die_error(_T("CreateThread"));
    if (WaitForSingleObject(hThread, INFINITE) != WAIT_OBJECT_0 || !GetExitCodeThread(hThread, &waitResult))
        die_error(_T("GetExitCodeThread"));
    CloseHandle(hThread);
    return state_name(waitResult);
}

static void begin_row(const TCHAR *object, HANDLE hObject)
{
    if (hObject == NULL)
        die_error(_T("%s"), object);
    print(_T("%-19s %-13s "), object, state_elsewhere(hObject));
}

/* Waits until the object is signaled, and then looks whether the wait took the signal away. */
static void end_row(const TCHAR *cause, BOOL isSuccess, HANDLE hObject)
{
    if (!isSuccess)
        die_error(_T("%s"), cause);

    const TCHAR *now = state_name(WaitForSingleObject(hObject, INFINITE));
    print(_T("%-17s %-9s %s\n"), cause, now, state_elsewhere(hObject));
    CloseHandle(hObject);
}

static DWORD WINAPI end_at_once(LPVOID unused)
{
    (void)unused;
    return 0;
}

int _tmain(int argc, TCHAR *argv[])
{
    const option_spec options[] = {OPTIONS_END};
    LARGE_INTEGER soon;
    HANDLE hFirstThread;

    companion_init(argv[0]);
    parse_options(argc, argv, _T("Shows what makes each kind of kernel object signaled."), NULL, options);
    soon.QuadPart = -10000; /* 1 ms from now, in steps of 100 ns */

    HANDLE hProcess = start_worker(0, &hFirstThread);
    if (hProcess == NULL)
        return STATUS_FAILED;
    print(_T("%-19s %-13s %-17s %-9s %s\n"), _T("object"), _T("before"), _T("signaled by"), _T("wait"),
          _T("next wait"));

    /* Both are suspended at first, so that they have certainly not ended. */
    begin_row(_T("process"), hProcess);
    end_row(_T("its end"), ResumeThread(hFirstThread) != (DWORD)-1, hProcess);
    HANDLE hThread = CreateThread(NULL, 0, end_at_once, NULL, CREATE_SUSPENDED, NULL);
    begin_row(_T("thread"), hThread);
    end_row(_T("its end"), ResumeThread(hThread) != (DWORD)-1, hThread);

    HANDLE hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
    begin_row(_T("manual-reset event"), hEvent);
    end_row(_T("SetEvent"), SetEvent(hEvent), hEvent);
    hEvent = CreateEvent(NULL, FALSE, FALSE, NULL);
    begin_row(_T("auto-reset event"), hEvent);
    end_row(_T("SetEvent"), SetEvent(hEvent), hEvent);

    /* A mutex begins with an owner here, the semaphore with a count of 0. */
    HANDLE hMutex = CreateMutex(NULL, TRUE, NULL);
    begin_row(_T("mutex"), hMutex);
    end_row(_T("ReleaseMutex"), ReleaseMutex(hMutex), hMutex);
    HANDLE hSemaphore = CreateSemaphore(NULL, 0, 1, NULL);
    begin_row(_T("semaphore"), hSemaphore);
    end_row(_T("ReleaseSemaphore"), ReleaseSemaphore(hSemaphore, 1, NULL), hSemaphore);

    HANDLE hTimer = CreateWaitableTimer(NULL, TRUE, NULL);
    begin_row(_T("manual-reset timer"), hTimer);
    end_row(_T("its time"), SetWaitableTimer(hTimer, &soon, 0, NULL, NULL, FALSE), hTimer);
    hTimer = CreateWaitableTimer(NULL, FALSE, NULL);
    begin_row(_T("auto-reset timer"), hTimer);
    end_row(_T("its time"), SetWaitableTimer(hTimer, &soon, 0, NULL, NULL, FALSE), hTimer);

    CloseHandle(hFirstThread);
    return 0;
}
