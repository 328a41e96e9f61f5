/*
 * WaitForObject.c - waits for a process, and looks at its state before and after (book 7-3).
 *
 * Shows   A process object is non-signaled while the process lives, and signaled from its end on, for every wait.
 * Run     WaitForObject [--work MS]
 * With    Worker.c, which it starts
 * POSIX   wait_for_process.c
 */
#include "beyond/worker.h"

/* WaitForSingleObject with a timeout of 0 does not wait: it only tells the state. */
static void show_state(HANDLE hProcess)
{
    switch (WaitForSingleObject(hProcess, 0)) {
    case WAIT_OBJECT_0:
        print(_T("WaitForSingleObject(hProcess, 0): WAIT_OBJECT_0, signaled\n"));
        break;
    case WAIT_TIMEOUT:
        print(_T("WaitForSingleObject(hProcess, 0): WAIT_TIMEOUT, non-signaled\n"));
        break;
    default:
        die_error(_T("WaitForSingleObject"));
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    DWORD work_ms = 300;
    HANDLE hThread;

    const option_spec options[] = {
        OPTION_NUMBER("--work", "MS", &work_ms, 0, WORK_MAX_MS, "how long the child works (300)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Waits for a child that works for a while, and shows when it is signaled."), NULL,
                  options);

    /* Suspended: a child that works for 0 ms might have ended before we look. */
    HANDLE hProcess = start_worker(work_ms, &hThread);
    if (hProcess == NULL)
        return STATUS_FAILED;
    print(_T("the child is there\n"));
    show_state(hProcess);

    print(_T("the child works for %lu ms\n"), work_ms);
    ULONGLONG begin = GetTickCount64();
    if (ResumeThread(hThread) == (DWORD)-1)
        die_error(_T("ResumeThread"));
    CloseHandle(hThread);
    if (WaitForSingleObject(hProcess, INFINITE) != WAIT_OBJECT_0)
        die_error(_T("WaitForSingleObject"));
    print(_T("WaitForSingleObject(hProcess, INFINITE): WAIT_OBJECT_0 after %llu ms\n"), GetTickCount64() - begin);

    /* No wait takes the signal away: it would be there for any number of waiters. */
    show_state(hProcess);
    show_state(hProcess);
    CloseHandle(hProcess);
    return 0;
}
