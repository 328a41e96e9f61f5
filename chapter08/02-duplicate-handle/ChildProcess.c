/*
 * ChildProcess.c - waits until its parent ends (book: chapter 8, section 01, listing 8-4).
 *
 * Shows   WaitForSingleObject on a process that this one has not started, through an inherited handle.
 * Run     ChildProcess HANDLE
 * With    DuplicateHandle.c, which starts it
 * POSIX   wait_for_parent.c
 */
#include "handle_table.h"

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR value[HANDLE_CHARS];
    HANDLE hParent;
    DWORD exitCode;

    const option_spec options[] = {OPTIONS_END};
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Waits until its parent ends, through a handle to it that the parent has made."),
                  _T("HANDLE"), options);
    if (!parse_handle(argv[1], &hParent))
        die_usage(_T("HANDLE: '%s' is no handle; a whole number is expected, such as 172 or 0xAC"), argv[1]);
    format_handle(value, hParent);

    /* The number may be any number: with that of another object, this would wait for the wrong thing, or for ever. */
    if (hParent == GetCurrentProcess()) {
        report(_T("handle %s means this process itself, number %lu: a pseudo handle means whoever uses it"), value,
               GetCurrentProcessId());
        report(_T("hint: the parent has to make a real handle of it with DuplicateHandle"));
        return STATUS_FAILED;
    }
    check_handle(hParent, _T("process"));

    DWORD id = GetProcessId(hParent);
    if (id == 0)
        die_error(_T("GetProcessId(%s)"), value);
    print(_T("handle %s is process %lu; waiting until it ends\n"), value, id);

    if (WaitForSingleObject(hParent, INFINITE) != WAIT_OBJECT_0)
        die_error(_T("WaitForSingleObject(%s)"), value);
    if (!GetExitCodeProcess(hParent, &exitCode))
        die_error(_T("GetExitCodeProcess(%s)"), value);
    print(_T("process %lu has ended with exit code %lu\n"), id, exitCode);
    CloseHandle(hParent);
    return 0;
}
