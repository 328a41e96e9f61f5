/*
 * PipeParent.c - starts a program and talks to it through its standard input and output (not in the book).
 *
 * Shows   Two anonymous pipes; which of the four ends a child inherits (SetHandleInformation), who closes which end,
 *         and when; CreateProcess with STARTF_USESTDHANDLES; a thread for each direction.
 * Run     PipeParent [-- COMMAND [ARGUMENT...]]
 * With    PipeChild.c, SortLines.c, or any program that reads its standard input
 * POSIX   pipe_parent.c
 */
#include <stdlib.h>
#include <string.h>

#include "companion.h"
#include "pipe_error.h"

/* Large chunks: what a read or a write costs hardly depends on how much it moves. */
#define CHUNK_BYTES 65536

/* More than a write into a broken pipe takes, and too short to be noticed at a console. */
#define FEEDER_MS 200

/* Writes all the bytes, which may take several calls. False when the reader has closed its end, which is no error. */
static bool write_bytes(HANDLE hTo, const char *bytes, DWORD count)
{
    DWORD bytesWritten;

    for (; count > 0; bytes += bytesWritten, count -= bytesWritten) {
        if (!WriteFile(hTo, bytes, count, &bytesWritten, NULL)) {
            if (is_pipe_closed())
                return false;
            die_error(_T("WriteFile"));
        }
    }
    return true;
}

/* Reads some bytes of what comes; 0 at its end. */
static DWORD read_bytes(HANDLE hFrom, char bytes[CHUNK_BYTES])
{
    DWORD bytesRead;

    do {
        if (!ReadFile(hFrom, bytes, CHUNK_BYTES, &bytesRead, NULL)) {
            if (is_pipe_closed())
                return 0;
            die_error(_T("ReadFile"));
        }
        /* 0 bytes: the end of a file or of a console. In a pipe that is still open, somebody has written 0 bytes. */
    } while (bytesRead == 0 && PeekNamedPipe(hFrom, NULL, 0, NULL, NULL, NULL));
    return bytesRead;
}

/* Prints until the child's answers end; false when nobody reads our own output any more. */
static bool print_answers(HANDLE hAnswerRead)
{
    char bytes[CHUNK_BYTES];
    DWORD bytesRead;

    while ((bytesRead = read_bytes(hAnswerRead, bytes)) > 0) {
        if (print_bytes(bytes, bytesRead))
            continue;
        if (is_pipe_closed())
            return false;
        die_error(_T("WriteFile(standard output)"));
    }
    return true;
}

/* Sends the lines that are typed to the child, as UTF-8. */
static void feed_lines(HANDLE hRequestWrite)
{
    bool isWanted = true;
    const TCHAR *line;

    while (isWanted && (line = read_line()) != NULL) {
        char *utf8 = utf8_from_text(line);
        isWanted = write_bytes(hRequestWrite, utf8, (DWORD)strlen(utf8)) && write_bytes(hRequestWrite, "\r\n", 2);
        free(utf8);
    }
}

/* A thread of its own feeds the child: when one direction has to wait, the other one must go on. */
static DWORD WINAPI feed_child(void *hRequestWrite)
{
    HANDLE hInput = GetStdHandle(STD_INPUT_HANDLE);
    char bytes[CHUNK_BYTES];
    DWORD consoleMode, bytesRead;

    if (GetConsoleMode(hInput, &consoleMode))
        feed_lines(hRequestWrite);
    else if (hInput != NULL && hInput != INVALID_HANDLE_VALUE)
        while ((bytesRead = read_bytes(hInput, bytes)) > 0 && write_bytes(hRequestWrite, bytes, bytesRead))
            continue;

    /* The last handle to the writing end: the child's input ends. */
    CloseHandle(hRequestWrite);
    return 0;
}

/* The child's command line: each argument reaches it as it is, with blanks and quotes. */
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
    const TCHAR *hazard = batch_file_hazard(argv + 1);
    if (hazard != NULL)
        die_usage(_T("%s is a batch file: cmd.exe reads its arguments as commands, too, and '%c' is no text there"),
                  argv[1], *hazard);
    TCHAR *commandLine = command_line(argv + 1);

    if (!CreatePipe(&hRequestRead, &hRequestWrite, NULL, 0) || !CreatePipe(&hAnswerRead, &hAnswerWrite, NULL, 0))
        die_error(_T("CreatePipe"));
    /* With NULL no end is inheritable. The child needs two of the four; ours stay as they are. */
    if (!SetHandleInformation(hRequestRead, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) ||
        !SetHandleInformation(hAnswerWrite, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT))
        die_error(_T("SetHandleInformation"));

    si.cb = sizeof(si);
    si.dwFlags = STARTF_USESTDHANDLES;
    si.hStdInput = hRequestRead;
    si.hStdOutput = hAnswerWrite;
    si.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    /* Without lpApplicationName, CreateProcess looks for the program in our folder first, and on the PATH last. */
    if (!CreateProcess(NULL, commandLine, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi)) {
        report_error(_T("CreateProcess(%s)"), commandLine);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: a program is looked for in the folder of PipeParent, then here, then on the PATH"));
        return STATUS_FAILED;
    }
    CloseHandle(pi.hThread);
    /* At once: as long as this process has the writing end open too, the child's answers have no end. */
    CloseHandle(hRequestRead);
    CloseHandle(hAnswerWrite);

    HANDLE hFeeder = CreateThread(NULL, 0, feed_child, hRequestWrite, 0, NULL);
    if (hFeeder == NULL)
        die_error(_T("CreateThread"));
    bool isRead = print_answers(hAnswerRead);
    /* When nobody reads our output any more, nobody reads the child's either: its next WriteFile fails, too. */
    CloseHandle(hAnswerRead);

    if (WaitForSingleObject(pi.hProcess, INFINITE) == WAIT_FAILED || !GetExitCodeProcess(pi.hProcess, &exitCode))
        die_error(_T("GetExitCodeProcess"));
    if (isRead && exitCode != 0)
        report(_T("%s ended with exit code %lu"), commandLine, exitCode);

    /*
     * The child may have ended without reading all. A write of the feeder then fails soon, and the thread ends. Wait
     * for that: under Wine a process that ends in the same moment as one of its threads may hang in the exit and be
     * killed. A read of the feeder may last for ever; its result is not needed, so do not wait for that.
     */
    int status = isRead && exitCode == 0 ? 0 : STATUS_FAILED;
    if (WaitForSingleObject(hFeeder, FEEDER_MS) == WAIT_TIMEOUT)
        _Exit(status);
    CloseHandle(hFeeder);
    CloseHandle(pi.hProcess);
    free(commandLine);
    return status;
}
