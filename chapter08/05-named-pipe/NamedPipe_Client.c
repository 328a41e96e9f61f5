/*
 * NamedPipe_Client.c - fetches a file through a named pipe (book 8-7).
 *
 * Shows   CreateFile on a pipe's name; WaitNamedPipe while it is busy; SetNamedPipeHandleState; ReadFile message by
 *         message, with ERROR_MORE_DATA where one is longer than the buffer.
 * Run     NamedPipe_Client [--name NAME] [--server COMPUTER] [--timeout MS] [--output FILE] [FILE]
 * With    NamedPipe_Server.c or one of its three sisters, started before this one
 * POSIX   named_pipe_client.c, unix_socket_client.c
 */
#include <stdlib.h>
#include <string.h>

#include "shared/file_service.h"

/* Waits for a free instance, `timeout` milliseconds in all however often another client is faster. */
static HANDLE open_pipe(const TCHAR *pipeName, DWORD timeout)
{
    ULONGLONG end = GetTickCount64() + timeout;

    for (;;) {
        /* Identification: the server may ask who we are, but not act in our name. Without it, it may. */
        HANDLE hPipe = CreateFile(pipeName, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                                  SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
        if (hPipe != INVALID_HANDLE_VALUE)
            return hPipe;
        if (GetLastError() != ERROR_PIPE_BUSY) {
            report_error(_T("CreateFile(%s)"), pipeName);
            if (GetLastError() == ERROR_FILE_NOT_FOUND)
                report(_T("hint: start NamedPipe_Server first, with the same --name"));
            exit(STATUS_FAILED);
        }

        ULONGLONG now = GetTickCount64();
        /* Never WaitNamedPipe(pipeName, 0): 0 stands for the server's default. */
        if (now >= end || !WaitNamedPipe(pipeName, (DWORD)(end - now))) {
            if (now < end && GetLastError() != ERROR_SEM_TIMEOUT)
                die_error(_T("WaitNamedPipe(%s)"), pipeName);
            report(_T("%s was busy for %lu ms"), pipeName, timeout);
            exit(STATUS_FAILED);
        }
    }
}

/* Reads the answer until the server closes its end. */
static void read_answer(HANDLE hPipe, file_receipt *receipt)
{
    static char message[CHUNK_BYTES];
    DWORD bytesRead;

    for (;;) {
        bool isSuccess = ReadFile(hPipe, message, sizeof(message), &bytesRead, NULL);
        if (!isSuccess) {
            switch (GetLastError()) {
            case ERROR_MORE_DATA: /* the next ReadFile gets the rest of this message */
                break;
            case ERROR_BROKEN_PIPE:        /* closed by the server: the end of the answer */
            case ERROR_PIPE_NOT_CONNECTED: /* or by DisconnectNamedPipe, as other servers do */
                return;
            default:
                report_error(_T("ReadFile"));
                return;
            }
        }
        if (!receive(receipt, message, bytesRead))
            return;
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("simple_pipe"), *computer = _T("."), *output = NULL;
    DWORD timeout = 20000, bytesWritten, mode = PIPE_READMODE_MESSAGE;
    TCHAR pipeName[257];
    file_receipt receipt;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "ask on the pipe NAME (simple_pipe)"),
        OPTION_TEXT("--server", "COMPUTER", &computer, "on that computer (this one)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 0, MAXDWORD - 1, "wait MS at most while the pipe is busy (20000)"),
        OPTION_TEXT("--output", "FILE", &output, "write to FILE, which appears when it is complete (the screen)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int files = parse_options(argc, argv, _T("Fetches FILE (news.txt) through a named pipe."), _T("[FILE]"), options);
    if (!format_text(pipeName, 257, _T("\\\\%s\\pipe\\%s"), computer, name))
        die_usage(_T("--name, --server: a pipe's whole name has 256 characters at most"));

    HANDLE hPipe = open_pipe(pipeName, timeout);
    /* A client's end begins in byte mode, whatever the type of the pipe. */
    if (!SetNamedPipeHandleState(hPipe, &mode, NULL, NULL))
        die_error(_T("SetNamedPipeHandleState(%s)"), pipeName);

    char *request = utf8_from_text(files > 0 ? argv[1] : _T("news.txt"));
    if (!WriteFile(hPipe, request, (DWORD)strlen(request), &bytesWritten, NULL))
        report_error(_T("WriteFile(%s)"), pipeName); /* the server may have said why: read on */
    free(request);

    begin_receipt(&receipt, output);
    read_answer(hPipe, &receipt);
    CloseHandle(hPipe);
    return end_receipt(&receipt);
}
