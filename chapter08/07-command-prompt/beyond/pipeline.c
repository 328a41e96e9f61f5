/*
 * pipeline.c - starts the programs of one line, each connected to the next.
 *
 * Shows   CreatePipe between processes, and which process has to close which end; CREATE_SUSPENDED, so that either all
 *         programs start or none.
 * With    launch.c, parser.c, shell.c
 * POSIX   pipeline.c
 */
#include <stdlib.h>

#include "launch.h"

static SECURITY_ATTRIBUTES inheritable = {sizeof(inheritable), NULL, TRUE};

/* Opens the file of < ; hDefault when there is none, INVALID_HANDLE_VALUE when it cannot be opened. */
static HANDLE open_input(const TCHAR *file, HANDLE hDefault)
{
    if (file == NULL)
        return hDefault;
    /* Not shared for writing: "SortLines < a > a" is refused, and the file is not emptied. */
    HANDLE hFile = CreateFile(file, GENERIC_READ, FILE_SHARE_READ, &inheritable, OPEN_EXISTING, 0, NULL);
    if (hFile == INVALID_HANDLE_VALUE)
        report_error(_T("CreateFile(%s)"), file);
    return hFile;
}

/* Opens the file of > or >> , but does not empty it yet: the programs may not start at all. */
static HANDLE open_output(const command *last, bool *isNew)
{
    HANDLE hFile;

    *isNew = false;
    if (last->output == NULL)
        return standard_stream(STD_OUTPUT_HANDLE);
    /* With FILE_APPEND_DATA alone each write goes to the end, whoever else writes there. */
    hFile = CreateFile(last->output, last->appends ? FILE_APPEND_DATA | SYNCHRONIZE : GENERIC_WRITE, FILE_SHARE_READ,
                       &inheritable, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (hFile == INVALID_HANDLE_VALUE)
        report_error(_T("CreateFile(%s)"), last->output);
    else
        *isNew = GetLastError() != ERROR_ALREADY_EXISTS;
    return hFile;
}

/* Whether it may be started; if not, that has been reported. */
static bool is_harmless(const command *program)
{
    const TCHAR *hazard = program->run_builtin == NULL ? batch_file_hazard(program->words) : NULL;

    if (hazard != NULL)
        report(SAY("%s is a batch file: cmd.exe reads its arguments as commands, too, and '%c' is no text there",
                   "%s은(는) 배치 파일입니다. cmd.exe는 인자도 명령으로 읽으므로 '%c'을(를) 글자로 넘길 수 없습니다."),
               program->words[0], *hazard);
    return hazard == NULL;
}

/* Starts one program after the other, none of them running yet. Gives how many could be started. */
static size_t start_all_suspended(const command_line *line, HANDLE hFirst, HANDLE hLast, PROCESS_INFORMATION *started)
{
    streams use = {hFirst, NULL};
    size_t i;

    for (i = 0; i < line->count; i++) {
        HANDLE hReadPipe = NULL, hWritePipe = hLast;
        bool isLast = i + 1 == line->count;

        if (!isLast && !CreatePipe(&hReadPipe, &hWritePipe, &inheritable, 0)) {
            report_error(_T("CreatePipe"));
            break;
        }
        use.hOutput = hWritePipe;
        TCHAR *commandLine = command_line_of(&line->commands[i]);
        /* A program in a process group of its own does not get the Ctrl+C that is meant for another one. */
        bool isStarted = is_harmless(&line->commands[i]) &&
                         start_suspended(line->commands[i].words[0], commandLine, &use,
                                         line->is_background ? CREATE_NEW_PROCESS_GROUP : 0, &started[i]);
        free(commandLine);

        /* The shell keeps no end of a pipe: a reader sees the end only when no process can write any more. */
        if (i > 0)
            CloseHandle(use.hInput);
        if (!isLast)
            CloseHandle(hWritePipe);
        use.hInput = hReadPipe;
        if (!isStarted)
            break;
    }
    if (i < line->count && use.hInput != NULL && use.hInput != hFirst)
        CloseHandle(use.hInput);
    return i;
}

/* All have been created: now they run. */
static void resume_all(const command_line *line, const PROCESS_INFORMATION *started, running_program *programs)
{
    for (size_t i = 0; i < line->count; i++) {
        programs[i].hProcess = started[i].hProcess;
        programs[i].id = started[i].dwProcessId;
        programs[i].name = line->commands[i].words[0];
        if (ResumeThread(started[i].hThread) == (DWORD)-1)
            report_error(_T("ResumeThread(%s)"), programs[i].name);
        CloseHandle(started[i].hThread);
    }
}

static void end_all(const PROCESS_INFORMATION *started, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!TerminateProcess(started[i].hProcess, STATUS_FAILED))
            report_error(_T("TerminateProcess(%lu)"), started[i].dwProcessId);
        CloseHandle(started[i].hThread);
        CloseHandle(started[i].hProcess);
    }
}

bool start_programs(const command_line *line, running_program *programs)
{
    const command *first = &line->commands[0], *last = &line->commands[line->count - 1];
    /* A program in the background does not read the keyboard. */
    const TCHAR *input = first->input == NULL && line->is_background ? _T("NUL") : first->input;
    bool isNew = false, isStarted = false;
    HANDLE hLast = INVALID_HANDLE_VALUE;

    PROCESS_INFORMATION *started = calloc(line->count, sizeof(*started));
    if (started == NULL)
        die_error(_T("calloc"));
    HANDLE hFirst = open_input(input, hProgramInput);
    if (hFirst != INVALID_HANDLE_VALUE)
        hLast = open_output(last, &isNew);

    if (hFirst != INVALID_HANDLE_VALUE && hLast != INVALID_HANDLE_VALUE) {
        size_t count = start_all_suspended(line, hFirst, hLast, started);
        isStarted = count == line->count;
        if (isStarted) {
            /* Only a file on a disk has an end that can be set. */
            bool isEmptied = last->output != NULL && !last->appends && GetFileType(hLast) == FILE_TYPE_DISK;
            if (isEmptied && !SetEndOfFile(hLast))
                report_error(_T("SetEndOfFile(%s)"), last->output);
            resume_all(line, started, programs);
        } else {
            end_all(started, count);
        }
    }

    if (input != NULL && hFirst != INVALID_HANDLE_VALUE)
        CloseHandle(hFirst);
    if (last->output != NULL && hLast != INVALID_HANDLE_VALUE)
        CloseHandle(hLast);
    if (isNew && !isStarted)
        DeleteFile(last->output);
    free(started);
    return isStarted;
}
