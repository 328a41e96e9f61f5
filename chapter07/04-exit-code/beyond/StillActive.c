/*
 * StillActive.c - what 259 means and what it does not: a child whose exit code really is 259 (book 7-5).
 *
 * Shows   GetExitCodeProcess cannot tell a running process from one that ended with 259; WaitForSingleObject(h, 0) can.
 * Run     StillActive
 * With    PartAdder.c, which it starts
 */
#include "companion.h"

#include "../shared/adder.h"

/* Asks both functions whether the child has ended. */
static void ask(const TCHAR *when, HANDLE hProcess)
{
    DWORD exitCode;

    if (!GetExitCodeProcess(hProcess, &exitCode))
        die_error(_T("GetExitCodeProcess"));
    DWORD state = WaitForSingleObject(hProcess, 0);
    if (state == WAIT_FAILED)
        die_error(_T("WaitForSingleObject"));

    print(_T("%s: GetExitCodeProcess gives %lu, WaitForSingleObject gives %s\n"), when, exitCode,
          state == WAIT_OBJECT_0 ? _T("WAIT_OBJECT_0") : _T("WAIT_TIMEOUT"));
}

int _tmain(int argc, TCHAR *argv[])
{
    const option_spec options[] = {OPTIONS_END};
    const part numbers = {129, 130}; /* 129 + 130 is 259 */
    PROCESS_INFORMATION child;

    companion_init(argv[0]);
    parse_options(argc, argv, _T("Asks a child whether it still runs, before and after it ended with 259."), NULL,
                  options);

    /* Suspended, it has certainly not ended. */
    if (!start_part_adder(numbers, CREATE_SUSPENDED, &child))
        return STATUS_FAILED;
    ask(_T("before it begins"), child.hProcess);

    if (ResumeThread(child.hThread) == (DWORD)-1)
        die_error(_T("ResumeThread"));
    if (WaitForSingleObject(child.hProcess, INFINITE) != WAIT_OBJECT_0)
        die_error(_T("WaitForSingleObject"));
    ask(_T("after it ended"), child.hProcess);

    CloseHandle(child.hThread);
    CloseHandle(child.hProcess);
    return 0;
}
