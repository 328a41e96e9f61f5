/*
 * DuplicateRules.c - what DuplicateHandle can do besides, each shown by the call and the usage count (book 8-4).
 *
 * Shows   DuplicateHandle within a process, into another one and back; DUPLICATE_CLOSE_SOURCE; reduced access.
 * Run     DuplicateRules
 * With    ChildProcess.c, which it starts and never lets run
 */
#include <stdlib.h>

#include "handle_table.h"

static PROCESS_INFORMATION pi;

/* Whatever happens, the child does not stay behind, suspended for ever. */
static void end_child(void)
{
    TerminateProcess(pi.hProcess, 0);
}

static void start_child(void)
{
    STARTUPINFO si = {0};
    TCHAR *program = partner_path(_T("ChildProcess"));
    TCHAR *command = append_argument(NULL, _T("ChildProcess"));

    si.cb = sizeof(si);
    /* Without inheritance: what the child has of ours, it has by DuplicateHandle. */
    if (!CreateProcess(program, command, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), program);
    atexit(end_child);
    free(command);
    free(program);
}

/* Prints one experiment, what the system said to it, and how many handles `hObject`'s object has now. */
static void show(const TCHAR *experiment, BOOL isSuccess, HANDLE hObject)
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
    show(_T("make an event"), hEvent != NULL, hEvent);
    BOOL isSuccess = DuplicateHandle(hOwn, hEvent, hOwn, &hSecond, 0, FALSE, DUPLICATE_SAME_ACCESS);
    show(_T("duplicate it"), isSuccess, hEvent);
    show(_T("set it through the duplicate"), SetEvent(hSecond), NULL);
    show(_T("see that through the first handle"), WaitForSingleObject(hEvent, 0) == WAIT_OBJECT_0, NULL);
    show(_T("close the duplicate"), CloseHandle(hSecond), hEvent);

    isSuccess = DuplicateHandle(hOwn, hEvent, pi.hProcess, &hInChild, 0, FALSE, DUPLICATE_SAME_ACCESS);
    show(_T("duplicate it into the child"), isSuccess, hEvent);
    isSuccess =
        DuplicateHandle(pi.hProcess, hInChild, hOwn, &hBack, 0, FALSE, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);
    show(_T("take it back, closing the child's"), isSuccess, hEvent);
    isSuccess = DuplicateHandle(pi.hProcess, hInChild, hOwn, &hSecond, 0, FALSE, DUPLICATE_SAME_ACCESS);
    show(_T("take it once more"), isSuccess, NULL);

    isSuccess = DuplicateHandle(hOwn, pi.hProcess, hOwn, &hWaitOnly, SYNCHRONIZE, FALSE, 0);
    show(_T("duplicate the child's handle with SYNCHRONIZE alone"), isSuccess, NULL);
    show(_T("look whether the child has ended, through that one"), WaitForSingleObject(hWaitOnly, 0) != WAIT_FAILED,
         NULL);
    show(_T("end the child through that one"), TerminateProcess(hWaitOnly, 0), NULL);
    show(_T("end the child through the full one"), TerminateProcess(pi.hProcess, 0), NULL);

    CloseHandle(hWaitOnly);
    CloseHandle(hBack);
    CloseHandle(hEvent);
    return 0;
}
