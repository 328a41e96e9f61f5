/*
 * launch_win32.c - starts one program with its words and its streams, and sees its end.
 *
 * Shows   CreateProcess with a command line of any words; PROC_THREAD_ATTRIBUTE_HANDLE_LIST, so that a child inherits
 * its three streams and no other handle.
 * With    pipeline_win32.c, CommandPrmpt_Ex.c
 * POSIX   pipeline_posix.c
 */
#include <stdlib.h>

#include "pipeline_win32.h"

#define COMMAND_LINE_CHARS 32767 /* what CreateProcess takes, terminator and all */

/* CreateProcess adds ".exe" to a plain name only; we do so where a path is in front of it. */
static TCHAR *append_program(TCHAR *line, const TCHAR *name)
{
    const TCHAR *file = name;
    for (const TCHAR *c = name; *c != _T('\0'); c++) {
        if (*c == _T('\\') || *c == _T('/') || *c == _T(':'))
            file = c + 1;
    }
    if (file == name || file[0] == _T('\0') || _tcschr(file, _T('.')) != NULL)
        return append_argument(line, name);

    size_t chars = _tcslen(name) + _tcslen(_T(".exe")) + 1;
    TCHAR *whole = malloc(chars * sizeof(TCHAR));
    if (whole == NULL)
        die_error(_T("malloc"));
    format_text(whole, chars, _T("%s.exe"), name);
    line = append_argument(line, whole);
    free(whole);
    return line;
}

TCHAR *command_line_of(const command *program)
{
    bool isOurs = is_builtin(program->words[0]);

    /* A command of the prompt's own is run by another prompt. */
    TCHAR *line = isOurs ? append_argument(own_command_line(_T("--run")), program->words[0])
                         : append_program(NULL, program->words[0]);
    /* There may be a million words. But start_suspended refuses a line that is too long, however much longer it is. */
    for (size_t i = 1; i < program->word_count && _tcslen(line) < COMMAND_LINE_CHARS; i++)
        line = append_argument(line, program->words[i]);
    TCHAR *const *lines = remembered_lines();
    while (isOurs && _tcscmp(program->words[0], _T("history")) == 0 && lines != NULL && *lines != NULL)
        line = append_argument(line, *lines++);
    return line;
}

static void report_start(const TCHAR *name, const TCHAR *commandLine)
{
    switch (name[0] == _T('\0') ? ERROR_FILE_NOT_FOUND : GetLastError()) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
    case ERROR_DIRECTORY:
    case ERROR_BAD_EXE_FORMAT:
        report(SAY("'%s' is not a program that can be run.", "'%s'는 실행할 수 있는 프로그램이 아닙니다."), name);
        break;
    default:
        report_error(_T("CreateProcess(%s)"), commandLine);
    }
}

bool start_suspended(const TCHAR *name, TCHAR *commandLine, const streams *use, DWORD flags, PROCESS_INFORMATION *pi)
{
    STARTUPINFOEX si = {0};
    HANDLE inherited[3];
    SIZE_T count = 0, listBytes = 0;

    if (_tcslen(commandLine) >= COMMAND_LINE_CHARS) {
        report(SAY("this command is too long: Windows takes %d characters at most",
                   "명령이 너무 깁니다. Windows가 받아들이는 길이는 %d자까지입니다."),
               COMMAND_LINE_CHARS - 1);
        return false;
    }

    /* No handle twice, and none that is not there. */
    const HANDLE wanted[3] = {use->hInput, use->hOutput, stream(STD_ERROR_HANDLE)};
    for (int i = 0; i < 3; i++) {
        bool isKnown = wanted[i] == NULL;
        for (SIZE_T j = 0; j < count; j++)
            isKnown = isKnown || inherited[j] == wanted[i];
        if (!isKnown)
            inherited[count++] = wanted[i];
    }

    si.StartupInfo.cb = sizeof(si);
    si.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    si.StartupInfo.hStdInput = wanted[0];
    si.StartupInfo.hStdOutput = wanted[1];
    si.StartupInfo.hStdError = wanted[2];

    InitializeProcThreadAttributeList(NULL, 1, 0, &listBytes);
    si.lpAttributeList = malloc(listBytes);
    if (si.lpAttributeList == NULL || !InitializeProcThreadAttributeList(si.lpAttributeList, 1, 0, &listBytes))
        die_error(_T("InitializeProcThreadAttributeList"));
    if (count > 0 && !UpdateProcThreadAttribute(si.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, inherited,
                                                count * sizeof(HANDLE), NULL, NULL))
        die_error(_T("UpdateProcThreadAttribute"));

    /* Without a path and with ".exe" left out: CreateProcess looks beside the prompt, here, and along PATH. */
    BOOL isSuccess =
        CreateProcess(NULL, commandLine, NULL, NULL, count > 0, EXTENDED_STARTUPINFO_PRESENT | CREATE_SUSPENDED | flags,
                      NULL, NULL, &si.StartupInfo, pi);
    if (!isSuccess)
        report_start(name, commandLine);
    DeleteProcThreadAttributeList(si.lpAttributeList);
    free(si.lpAttributeList);
    return isSuccess;
}

unsigned long wait_for_program(running_program *program)
{
    DWORD exitCode = STATUS_FAILED;

    WaitForSingleObject(program->hProcess, INFINITE);
    if (!GetExitCodeProcess(program->hProcess, &exitCode))
        report_error(_T("GetExitCodeProcess(%s)"), program->name);
    CloseHandle(program->hProcess);
    return exitCode;
}

bool has_ended(const running_program *program)
{
    return WaitForSingleObject(program->hProcess, 0) == WAIT_OBJECT_0;
}
