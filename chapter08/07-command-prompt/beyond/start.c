/*
 * start.c - opens another shell.
 *
 * Shows   CREATE_NEW_CONSOLE: the new process gets a window of its own, and its streams from there.
 * With    builtins.c, launch.c
 * POSIX   start.c
 */
#include <stdlib.h>

#include "launch.h"

/* Two shells would read the same keyboard. So this one waits for the end of the other. */
static unsigned long start_in_this_console(TCHAR *commandLine)
{
    const streams use = {hProgramInput, standard_stream(STD_OUTPUT_HANDLE)};
    PROCESS_INFORMATION pi;

    if (!start_suspended(program_name(), commandLine, &use, 0, &pi))
        return STATUS_FAILED;
    if (ResumeThread(pi.hThread) == (DWORD)-1)
        report_error(_T("ResumeThread(%s)"), program_name());
    CloseHandle(pi.hThread);

    running_program shell = {pi.hProcess, pi.dwProcessId, program_name()};
    return wait_for_program(&shell);
}

unsigned long start_shell(TCHAR *const words[])
{
    TCHAR *commandLine = own_command_line(words[0] == NULL ? NULL : _T("--run-first"));
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    unsigned long status = 0;

    while (*words != NULL)
        commandLine = append_argument(commandLine, *words++);
    si.cb = sizeof(si);
    if (child_console_flag() == 0) {
        status = start_in_this_console(commandLine);
    } else if (CreateProcess(NULL, commandLine, NULL, NULL, FALSE, CREATE_NEW_CONSOLE, NULL, NULL, &si, &pi)) {
        /* It inherits nothing: the new console gives it its streams. */
        CloseHandle(pi.hThread);
        CloseHandle(pi.hProcess);
    } else {
        report_error(_T("CreateProcess(%s)"), commandLine);
        status = STATUS_FAILED;
    }
    free(commandLine);
    return status;
}
