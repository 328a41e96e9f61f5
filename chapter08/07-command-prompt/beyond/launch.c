/*
 * launch.c - starts one program with its words and its streams, and waits for its end.
 *
 * Shows   CreateProcess with a command line of any words; PROC_THREAD_ATTRIBUTE_HANDLE_LIST, so that a child inherits
 *         its three streams and no other handle.
 * With    pipeline.c, start.c, CommandShell.c
 * POSIX   launch.c
 */
#include "launch.h"

#include <stdlib.h>

#define COMMAND_LINE_CHARS 32767 /* what CreateProcess takes, with the terminator */

HANDLE hProgramInput;

HANDLE standard_stream(DWORD which)
{
    HANDLE hStream = GetStdHandle(which);

    if (hStream == NULL || hStream == INVALID_HANDLE_VALUE)
        return NULL;
    /* A handle that was inherited need not be inheritable. This fails where the number is no handle. */
    if (!SetHandleInformation(hStream, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT))
        return NULL;
    return hStream;
}

/* CreateProcess adds ".exe" to a plain name only; this adds it to a name behind a path. */
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

TCHAR *command_line_of(const command *program)
{
    bool isOurs = program->run_builtin != NULL;

    /* A command of the shell's own is run by another shell. */
    TCHAR *line = isOurs ? append_argument(own_command_line(_T("--run")), program->words[0])
                         : append_program(NULL, program->words[0]);
    /* There may be a million words; a line that has become too long is refused by start_suspended. */
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
        report(SAY("'%s' is not a program that can be run.", "'%s'은(는) 실행할 수 있는 프로그램이 아닙니다."), name);
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

    /* The list may hold no handle twice, and no NULL. */
    const HANDLE wanted[3] = {use->hInput, use->hOutput, standard_stream(STD_ERROR_HANDLE)};
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

    /* Without a path in front CreateProcess looks beside the shell, in the current directory, and along PATH. */
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

    if (WaitForSingleObject(program->hProcess, INFINITE) != WAIT_OBJECT_0)
        report_error(_T("WaitForSingleObject(%s)"), program->name);
    else if (!GetExitCodeProcess(program->hProcess, &exitCode))
        report_error(_T("GetExitCodeProcess(%s)"), program->name);
    CloseHandle(program->hProcess);
    return exitCode;
}

bool has_ended(const running_program *program)
{
    return WaitForSingleObject(program->hProcess, 0) == WAIT_OBJECT_0;
}
