/*
 * PipeParent.c - starts a program and talks to it through its standard input and output (book 8-5).
 *
 * Shows   Two anonymous pipes; which of the four ends a child inherits (SetHandleInformation) and who closes
 *         what, when; CreateProcess with STARTF_USESTDHANDLES; a thread for each direction.
 * Run     PipeParent [-- COMMAND [ARGUMENT...]]
 * With    PipeChild.c, SortLines.c, or any program that reads its standard input
 * POSIX   pipe_parent.c
 */
#include <stdlib.h>
#include <string.h>

#include "companion.h"
#include "pipe_copy.h"

/* Far more than a write into a broken pipe takes, and hardly a delay for whoever sits before the console. */
#define FEEDER_MS 200

/* Feeds the child, on a thread of its own: while one direction is held up, the other one must go on. */
static DWORD WINAPI feed_child(void *hRequestWrite)
{
    HANDLE hInput = GetStdHandle(STD_INPUT_HANDLE);
    DWORD consoleMode;

    if (GetConsoleMode(hInput, &consoleMode)) {
        bool isWanted = true;
        const TCHAR *line;

        while (isWanted && (line = read_line()) != NULL) {
            char *utf8 = utf8_from_text(line);
            isWanted = write_bytes(hRequestWrite, utf8, (DWORD)strlen(utf8)) && write_bytes(hRequestWrite, "\r\n", 2);
            free(utf8);
        }
    } else if (hInput != NULL && hInput != INVALID_HANDLE_VALUE) {
        copy_bytes(hInput, hRequestWrite);
    }
    /* The last handle of the writing end: with it the child's input ends. */
    CloseHandle(hRequestWrite);
    return 0;
}

static UINT codePage;

/* Ctrl+C ends this program as ever, but not before the console has its code page back. */
static BOOL WINAPI on_ctrl_event(DWORD event)
{
    (void)event;
    SetConsoleOutputCP(codePage);
    return FALSE;
}

/* The command line of the child: the arguments as they are, whatever is in them. */
static TCHAR *command_line(TCHAR *const arguments[])
{
    TCHAR *commandLine = NULL;

    for (; *arguments != NULL; arguments++)
        commandLine = append_argument(commandLine, *arguments);
    return commandLine != NULL ? commandLine : append_argument(NULL, _T("PipeChild"));
}

int _tmain(int argc, TCHAR *argv[])
{
    HANDLE hRequestRead, hRequestWrite, hAnswerRead, hAnswerWrite;
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    DWORD exitCode;

    const option_spec options[] = {OPTIONS_END};
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Starts COMMAND (PipeChild), feeds it the standard input and prints what it answers."),
                  _T("[COMMAND...]"), options);
    TCHAR *commandLine = command_line(argv + 1);

    if (!CreatePipe(&hRequestRead, &hRequestWrite, NULL, 0) || !CreatePipe(&hAnswerRead, &hAnswerWrite, NULL, 0))
        die_error(_T("CreatePipe"));
    /* No handle is inherited unless that is asked for: here, for the child's two ends and not for ours. */
    if (!SetHandleInformation(hRequestRead, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) ||
        !SetHandleInformation(hAnswerWrite, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT))
        die_error(_T("SetHandleInformation"));

    si.cb = sizeof(si);
    si.dwFlags = STARTF_USESTDHANDLES;
    si.hStdInput = hRequestRead;
    si.hStdOutput = hAnswerWrite;
    si.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    /* Without a file of its own, CreateProcess looks for the program in our folder first, then on the PATH. */
    if (!CreateProcess(NULL, commandLine, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi)) {
        report_error(_T("CreateProcess(%s)"), commandLine);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: a program is looked for in the folder of PipeParent, then here, then on the PATH"));
        return STATUS_FAILED;
    }
    CloseHandle(pi.hThread);
    /* At once: as long as we have the writing end open too, the child's answers have no end. */
    CloseHandle(hRequestRead);
    CloseHandle(hAnswerWrite);

    /* What is typed goes to the child as UTF-8; a console is to show what comes back as that, too. */
    codePage = GetConsoleOutputCP();
    if (!SetConsoleCtrlHandler(on_ctrl_event, TRUE))
        die_error(_T("SetConsoleCtrlHandler"));
    SetConsoleOutputCP(CP_UTF8);

    HANDLE hFeeder = CreateThread(NULL, 0, feed_child, hRequestWrite, 0, NULL);
    if (hFeeder == NULL)
        die_error(_T("CreateThread"));

    bool isRead = copy_bytes(hAnswerRead, GetStdHandle(STD_OUTPUT_HANDLE));
    /* When nobody reads our answers any more, nobody reads the child's: it is told in the same way. */
    CloseHandle(hAnswerRead);
    if (WaitForSingleObject(pi.hProcess, INFINITE) == WAIT_FAILED || !GetExitCodeProcess(pi.hProcess, &exitCode))
        die_error(_T("GetExitCodeProcess"));
    if (isRead && exitCode != 0)
        report(_T("%s ended with exit code %lu"), commandLine, exitCode);

    SetConsoleOutputCP(codePage);

    /*
     * The child may have ended without reading all. What the feeder still writes fails soon, as the pipe is broken,
     * and the feeder ends: that is waited for, since under Wine a process that ends in the same moment as one of its
     * threads may hang in the exit and be killed. What it still reads may never come and nobody wants it any more.
     */
    int status = isRead && exitCode == 0 ? 0 : STATUS_FAILED;
    if (WaitForSingleObject(hFeeder, FEEDER_MS) == WAIT_TIMEOUT)
        _Exit(status);
    CloseHandle(hFeeder);
    CloseHandle(pi.hProcess);
    free(commandLine);
    return status;
}
