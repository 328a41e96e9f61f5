/*
 * ChildProcess.c - waits until its parent ends (book 8-3, 8-4).
 *
 * Shows   WaitForSingleObject on a process that is not one's child, through an inherited handle.
 * Run     ChildProcess --handle HANDLE
 * With    DuplicateHandle.c, which starts it
 * POSIX   wait_for_parent.c
 */
#include <stdlib.h>

#include "handle_table.h"

/* Makes sure that the number is a handle to another process: for anything else we would wait for ever, or wrongly. */
static HANDLE take_process(const TCHAR *value)
{
    HANDLE hProcess;
    handle_row row;

    if (!parse_handle(value, &hProcess)) {
        report(_T("'%s' is no handle: a whole number is expected, as 0xAC or 172"), value);
        exit(STATUS_FAILED);
    }
    if (hProcess == GetCurrentProcess()) {
        report(_T("handle %s means this process itself, number %lu: a pseudo handle means whoever uses it"), value,
               GetCurrentProcessId());
        report(_T("hint: the parent has to make a real handle of it with DuplicateHandle"));
        exit(STATUS_FAILED);
    }
    if (!read_handle(hProcess, &row)) {
        report_error(_T("GetHandleInformation(%s)"), value);
        report(_T("hint: this process has no such handle; it was not inherited, or the number is an old one"));
        exit(STATUS_FAILED);
    }
    if (_tcscmp(row.kind, _T("process")) != 0) {
        report(_T("handle %s is a %s here, no process"), value, row.kind);
        exit(STATUS_FAILED);
    }
    free(row.name);
    return hProcess;
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *value = NULL;
    DWORD exitCode;

    const option_spec options[] = {
        OPTION_TEXT("--handle", "HANDLE", &value, "the number of an inherited handle to the parent"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Waits until a process ends, through a handle that its parent has made."), NULL,
                  options);
    if (value == NULL)
        die_usage(_T("--handle is missing; DuplicateHandle starts this program with it"));

    HANDLE hProcess = take_process(value);
    DWORD id = GetProcessId(hProcess);
    if (id == 0)
        die_error(_T("GetProcessId(%s)"), value);
    print(_T("handle %s is process %lu; waiting until it ends\n"), value, id);

    if (WaitForSingleObject(hProcess, INFINITE) != WAIT_OBJECT_0)
        die_error(_T("WaitForSingleObject(%s)"), value);
    if (!GetExitCodeProcess(hProcess, &exitCode))
        die_error(_T("GetExitCodeProcess(%s)"), value);
    print(_T("process %lu has ended with exit code %lu\n"), id, exitCode);
    CloseHandle(hProcess);
    return 0;
}
