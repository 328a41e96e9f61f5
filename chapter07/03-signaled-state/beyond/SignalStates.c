/*
 * SignalStates.c - what makes each kind of kernel object signaled, shown by real waits.
 *
 * Shows   WaitForSingleObject on processes, threads, events, mutexes, semaphores and timers.
 * Run     SignalStates
 * With    Worker.c, which it starts
 */
#include <stdlib.h>

#include "companion.h"

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

static DWORD WINAPI wait_without_time(LPVOID hObject)
{
    return WaitForSingleObject(hObject, 0);
}

/* The state as another thread finds it: a wait for a mutex succeeds in the thread that owns it, and in no other. */
static const TCHAR *state_in_other_thread(HANDLE hObject)
{
    DWORD waitResult;

    HANDLE hThread = CreateThread(NULL, 0, wait_without_time, hObject, 0, NULL);
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
    print(_T("%-19s %-13s "), object, state_in_other_thread(hObject));
}

/* Waits until the object is signaled, and then shows whether this wait made it non-signaled again. */
static void end_row(const TCHAR *cause, BOOL isSuccess, HANDLE hObject)
{
    if (!isSuccess)
        die_error(_T("%s"), cause);

    const TCHAR *now = state_name(WaitForSingleObject(hObject, INFINITE));
    print(_T("%-17s %-9s %s\n"), cause, now, state_in_other_thread(hObject));
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
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    TCHAR command[] = _T("Worker 0");

    companion_init(argv[0]);
    parse_options(argc, argv, _T("Shows what makes each kind of kernel object signaled."), NULL, options);
    soon.QuadPart = -10000; /* 1 ms from now, in steps of 100 ns */

    si.cb = sizeof(si);
    TCHAR *program = partner_path(_T("Worker"));
    if (!CreateProcess(program, command, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &si, &pi)) {
        report_error(_T("CreateProcess(%s)"), program);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: Worker.exe must lie in the folder of this program"));
        return STATUS_FAILED;
    }
    free(program);
    print(_T("%-19s %-13s %-17s %-9s %s\n"), _T("object"), _T("before"), _T("signaled by"), _T("wait"),
          _T("next wait"));

    /* Process and thread are suspended at first, so that they have not ended before the first look. */
    begin_row(_T("process"), pi.hProcess);
    end_row(_T("its end"), ResumeThread(pi.hThread) != (DWORD)-1, pi.hProcess);
    CloseHandle(pi.hThread);
    HANDLE hThread = CreateThread(NULL, 0, end_at_once, NULL, CREATE_SUSPENDED, NULL);
    begin_row(_T("thread"), hThread);
    end_row(_T("its end"), ResumeThread(hThread) != (DWORD)-1, hThread);

    HANDLE hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
    begin_row(_T("manual-reset event"), hEvent);
    end_row(_T("SetEvent"), SetEvent(hEvent), hEvent);
    hEvent = CreateEvent(NULL, FALSE, FALSE, NULL);
    begin_row(_T("auto-reset event"), hEvent);
    end_row(_T("SetEvent"), SetEvent(hEvent), hEvent);

    /* The mutex is created with an owner, this thread, and the semaphore with a count of 0. */
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
    return 0;
}
