/*
 * start_win32.c - opens another prompt.
 *
 * Shows   CREATE_NEW_CONSOLE: the new process gets a window, and its streams from there.
 * With    CommandPrmpt_Ex.c
 */
#include <stdlib.h>

#include "pipeline_win32.h"

TCHAR *own_command_line(const TCHAR *option)
{
    TCHAR *path = partner_path(program_name());
    TCHAR *line =
        append_argument(append_argument(NULL, path), speaks_korean ? _T("--language=ko") : _T("--language=en"));

    free(path);
    if (option != NULL)
        line = append_argument(append_argument(line, option), _T("--"));
    return line;
}

/* In one console two prompts would fight for the keyboard: so this one waits for the end of the other. */
static unsigned long start_prompt_here(TCHAR *commandLine)
{
    const streams use = {program_input(), stream(STD_OUTPUT_HANDLE)};
    PROCESS_INFORMATION pi;

    if (!start_suspended(program_name(), commandLine, &use, 0, &pi))
        return STATUS_FAILED;
    ResumeThread(pi.hThread);
    CloseHandle(pi.hThread);

    running_program prompt = {pi.hProcess, pi.dwProcessId, program_name()};
    unsigned long status = wait_for_program(&prompt);
    return status;
}

unsigned long start_prompt(TCHAR *const words[])
{
    TCHAR *line = own_command_line(words[0] == NULL ? NULL : _T("--run-first"));
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    unsigned long status = 0;

    while (*words != NULL)
        line = append_argument(line, *words++);
    if (child_console_flag() == 0) {
        status = start_prompt_here(line);
    } else {
        /* Nothing is handed down: the new console gives the new prompt its streams. */
        si.cb = sizeof(si);
        if (CreateProcess(NULL, line, NULL, NULL, FALSE, CREATE_NEW_CONSOLE, NULL, NULL, &si, &pi)) {
            CloseHandle(pi.hThread);
            CloseHandle(pi.hProcess);
        } else {
            report_error(_T("CreateProcess(%s)"), line);
            status = STATUS_FAILED;
        }
    }
    free(line);
    return status;
}
