/*
 * StillActive.c - a child whose exit code really is 259, the value of STILL_ACTIVE.
 *
 * Shows   GetExitCodeProcess cannot tell a running process from one that ended with 259; WaitForSingleObject(h, 0) can.
 * Run     StillActive
 * With    PartAdder.c, which it starts
 */
#include <stdlib.h>

#include "companion.h"

/* What each of the two functions says about a process. */
static void print_answers(const TCHAR *when, HANDLE hProcess)
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
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    TCHAR command[] = _T("PartAdder 129 130"); /* 259 */

    companion_init(argv[0]);
    parse_options(argc, argv, _T("Asks a child whether it still runs, before and after it ended with 259."), NULL,
                  options);

    /* Suspended, so that it cannot have ended before it is asked. */
    si.cb = sizeof(si);
    TCHAR *program = partner_path(_T("PartAdder"));
    if (!CreateProcess(program, command, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &si, &pi)) {
        report_error(_T("CreateProcess(%s)"), program);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: PartAdder.exe must lie in the folder of this program"));
        return STATUS_FAILED;
    }
    free(program);
    print_answers(_T("before it begins"), pi.hProcess);

    if (ResumeThread(pi.hThread) == (DWORD)-1)
        die_error(_T("ResumeThread"));
    if (WaitForSingleObject(pi.hProcess, INFINITE) != WAIT_OBJECT_0)
        die_error(_T("WaitForSingleObject"));
    print_answers(_T("after it ended"), pi.hProcess);

    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);
    return 0;
}
