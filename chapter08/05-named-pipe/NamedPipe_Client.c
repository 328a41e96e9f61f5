/*
 * NamedPipe_Client.c - fetches a file through a named pipe (book: chapter 8, section 02, listing 8-7).
 *
 * Shows   CreateFile on a pipe's name; WaitNamedPipe while it is busy; SetNamedPipeHandleState; ReadFile message by
 *         message, with ERROR_MORE_DATA where one is longer than the buffer.
 * Run     NamedPipe_Client [--name NAME] [FILE]
 * With    NamedPipe_Server.c, started before this one
 * POSIX   named_pipe_client.c, unix_socket_client.c
 */
#include <stdlib.h>

#include "companion.h"

#define BUF_SIZE      1024
#define WAIT_MS       20000 /* as the book's client waits */
#define LOOK_AGAIN_MS 50

/* Opens the pipe as soon as it is our turn. Where that takes longer than WAIT_MS, it ends the program. */
static HANDLE open_pipe(const TCHAR *pipeName)
{
    const ULONGLONG end = GetTickCount64() + WAIT_MS;
    bool isBusy = false;

    for (;;) {
        /* Identification: the server may ask who we are, but not act in our name. Without it, it may. */
        HANDLE hPipe = CreateFile(pipeName, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                                  SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
        if (hPipe != INVALID_HANDLE_VALUE)
            return hPipe;

        ULONGLONG now = GetTickCount64();
        if (GetLastError() == ERROR_PIPE_BUSY && now < end) {
            if (!isBusy)
                report(_T("%s is busy: waiting"), pipeName);
            isBusy = true;
            /* Whatever it gives, CreateFile tells more: another client may be faster, or the pipe may have gone. */
            WaitNamedPipe(pipeName, (DWORD)(end - now));
            continue;
        }
        /* A server that closes its one instance and makes it anew for each client: between the two there is no pipe. */
        if (GetLastError() != ERROR_FILE_NOT_FOUND || !isBusy || now >= end) {
            report_error(_T("CreateFile(%s)"), pipeName);
            if (GetLastError() == ERROR_FILE_NOT_FOUND)
                report(_T("hint: start NamedPipe_Server first, with the same --name"));
            exit(STATUS_FAILED);
        }
        Sleep(LOOK_AGAIN_MS);
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("simple_pipe");
    TCHAR pipeName[257];
    char dataBuf[BUF_SIZE];
    DWORD bytesRead, bytesWritten, pipeMode = PIPE_READMODE_MESSAGE | PIPE_WAIT;
    bool isEmpty = true;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "ask on \\\\.\\pipe\\NAME (simple_pipe)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int files = parse_options(argc, argv, _T("Fetches FILE (news.txt) through a named pipe."), _T("[FILE]"), options);
    if (!format_text(pipeName, 257, _T("\\\\.\\pipe\\%s"), name))
        die_usage(_T("--name: a pipe's whole name has 256 characters at most"));

    HANDLE hPipe = open_pipe(pipeName);
    /* A client's end begins in byte mode, whatever the type of the pipe. */
    if (!SetNamedPipeHandleState(hPipe, &pipeMode, NULL, NULL))
        die_error(_T("SetNamedPipeHandleState(%s)"), pipeName);

    const TCHAR *fileName = files > 0 ? argv[1] : _T("news.txt");
    DWORD nameBytes = (DWORD)((_tcslen(fileName) + 1) * sizeof(TCHAR)); /* with the terminator, as the book sends it */
    if (!WriteFile(hPipe, fileName, nameBytes, &bytesWritten, NULL))
        die_error(_T("WriteFile(%s)"), pipeName);

    while (ReadFile(hPipe, dataBuf, BUF_SIZE, &bytesRead, NULL) || GetLastError() == ERROR_MORE_DATA) {
        if (!print_bytes(dataBuf, bytesRead))
            die_error(_T("WriteFile(standard output)"));
        isEmpty = isEmpty && bytesRead == 0;
    }
    /* The server has disconnected the pipe, or closed it: the end, whether it was done or was killed. */
    if (GetLastError() != ERROR_PIPE_NOT_CONNECTED && GetLastError() != ERROR_BROKEN_PIPE)
        die_error(_T("ReadFile(%s)"), pipeName);
    CloseHandle(hPipe);

    if (isEmpty) {
        report(_T("nothing came: the file is empty, or the server has refused it"));
        return STATUS_FAILED;
    }
    return 0;
}
