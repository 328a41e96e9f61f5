/*
 * DuplicateRules.c - what else DuplicateHandle can do: each time the call, its result and the usage count.
 *
 * Shows   DuplicateHandle within a process, into another one and back; DUPLICATE_CLOSE_SOURCE; fewer rights.
 * Run     DuplicateRules
 * With    ChildProcess.c, which it starts suspended and ends
 * POSIX   duplicate_descriptor.c
 */
#include <stdlib.h>

#include "handle_table.h"

static PROCESS_INFORMATION pi;

/* At exit: the child is suspended and would never end by itself. */
static void end_child(void)
{
    TerminateProcess(pi.hProcess, 0);
}

static void start_child(void)
{
    STARTUPINFO si = {0};
    TCHAR command[] = _T("ChildProcess");

    si.cb = sizeof(si);
    /* bInheritHandles is FALSE: the child has only those of our handles that DuplicateHandle puts into it. */
    if (!CreateProcess(NULL, command, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), command);
    atexit(end_child);
}

/* Prints one experiment, whether it worked, and how many handles there are now to the object of `hObject`. */
static void print_result(const TCHAR *experiment, BOOL isSuccess, HANDLE hObject)
{
    DWORD error = GetLastError();
    handle_row row;

    if (!isSuccess)
        print(_T("%s: error %lu\n"), experiment, error);
    else if (hObject == NULL)
        print(_T("%s: works\n"), experiment);
    else if (read_handle(hObject, &row)) {
        print(_T("%s: works, usage count %lu\n"), experiment, row.usage_count);
        free(row.name);
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    const HANDLE hOwn = GetCurrentProcess();
    HANDLE hSecond = NULL, hInChild = NULL, hBack = NULL, hWaitOnly = NULL;

    const option_spec options[] = {OPTIONS_END};
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Tries what DuplicateHandle can do."), NULL, options);
    start_child();

    HANDLE hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
    print_result(_T("make an event"), hEvent != NULL, hEvent);
    BOOL isSuccess = DuplicateHandle(hOwn, hEvent, hOwn, &hSecond, 0, FALSE, DUPLICATE_SAME_ACCESS);
    print_result(_T("duplicate it"), isSuccess, hEvent);
    print_result(_T("set it through the duplicate"), SetEvent(hSecond), NULL);
    print_result(_T("see that through the first handle"), WaitForSingleObject(hEvent, 0) == WAIT_OBJECT_0, NULL);
    print_result(_T("close the duplicate"), CloseHandle(hSecond), hEvent);

    isSuccess = DuplicateHandle(hOwn, hEvent, pi.hProcess, &hInChild, 0, FALSE, DUPLICATE_SAME_ACCESS);
    print_result(_T("duplicate it into the child"), isSuccess, hEvent);
    isSuccess =
        DuplicateHandle(pi.hProcess, hInChild, hOwn, &hBack, 0, FALSE, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);
    print_result(_T("take it back, closing the child's"), isSuccess, hEvent);
    isSuccess = DuplicateHandle(pi.hProcess, hInChild, hOwn, &hSecond, 0, FALSE, DUPLICATE_SAME_ACCESS);
    print_result(_T("take it once more"), isSuccess, NULL);

    isSuccess = DuplicateHandle(hOwn, pi.hProcess, hOwn, &hWaitOnly, SYNCHRONIZE, FALSE, 0);
    print_result(_T("duplicate the child's handle with SYNCHRONIZE alone"), isSuccess, NULL);
    print_result(_T("look whether the child has ended, through that one"),
                 WaitForSingleObject(hWaitOnly, 0) != WAIT_FAILED, NULL);
    print_result(_T("end the child through that one"), TerminateProcess(hWaitOnly, 0), NULL);
    print_result(_T("end the child through the full one"), TerminateProcess(pi.hProcess, 0), NULL);

    CloseHandle(hWaitOnly);
    CloseHandle(hBack);
    CloseHandle(hEvent);
    return 0;
}
