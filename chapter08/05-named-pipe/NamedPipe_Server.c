/*
 * NamedPipe_Server.c - serves files through a named pipe (book: chapter 8, section 02, listing 8-6).
 *
 * Shows   CreateNamedPipe, ConnectNamedPipe; FlushFileBuffers, since DisconnectNamedPipe drops what has not been read.
 * Run     NamedPipe_Server [--name NAME] [--root DIR] [--clients N]
 * With    NamedPipe_Client.c, started after this one
 * POSIX   named_pipe_server.c
 */
#include "companion.h"
#include "file_name.h"

#define BUF_SIZE 1024 /* bytes in one message: the book's client has room for no more */

static HANDLE create_instance(const TCHAR *pipeName, DWORD first)
{
    return CreateNamedPipe(pipeName, PIPE_ACCESS_DUPLEX | first,
                           PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
                           PIPE_UNLIMITED_INSTANCES, BUF_SIZE, BUF_SIZE, 20000, NULL);
}

/* Gives INVALID_HANDLE_VALUE, and has said why, where the client gets nothing. */
static HANDLE open_file(const TCHAR *fileName, DWORD client)
{
    /* Without this check a client could ask for any file that this user may read. */
    const TCHAR *refusal = file_name_refusal(fileName);
    if (refusal != NULL) {
        print(_T("client %lu: refused, %s\n"), client, refusal);
        return INVALID_HANDLE_VALUE;
    }
    HANDLE hFile = CreateFile(fileName, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (hFile == INVALID_HANDLE_VALUE)
        report_error(_T("client %lu: CreateFile(%s)"), client, fileName);
    return hFile;
}

/* Each call on the pipe waits for the client, however long it takes. */
static void serve_client(HANDLE hPipe, DWORD client)
{
    TCHAR fileName[MAX_PATH + 1];
    char dataBuf[BUF_SIZE];
    DWORD bytesRead, bytesWritten;
    unsigned long long size = 0;

    /* One ReadFile, one message. ERROR_MORE_DATA: it is longer than the buffer. */
    if (!ReadFile(hPipe, fileName, MAX_PATH * sizeof(TCHAR), &bytesRead, NULL)) {
        report_error(_T("client %lu: ReadFile"), client);
        return;
    }
    fileName[bytesRead / sizeof(TCHAR)] = _T('\0'); /* the client may have sent a terminator, or none */
    HANDLE hFile = open_file(fileName, client);
    if (hFile == INVALID_HANDLE_VALUE)
        return;

    while (ReadFile(hFile, dataBuf, BUF_SIZE, &bytesRead, NULL) && bytesRead > 0) {
        if (!WriteFile(hPipe, dataBuf, bytesRead, &bytesWritten, NULL)) {
            report_error(_T("client %lu: WriteFile"), client);
            CloseHandle(hFile);
            return;
        }
        size += bytesWritten;
    }
    CloseHandle(hFile);
    if (!FlushFileBuffers(hPipe)) /* waits until the client has read all of it */
        report_error(_T("client %lu: FlushFileBuffers"), client);
    else
        print(_T("client %lu: %s, %llu bytes\n"), client, printable(fileName), size);
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("simple_pipe"), *root = _T(".");
    TCHAR pipeName[257];
    DWORD clients = 0;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "serve on \\\\.\\pipe\\NAME (simple_pipe)"),
        OPTION_TEXT("--root", "DIR", &root, "serve the files directly in DIR (the current folder)"),
        OPTION_NUMBER("--clients", "N", &clients, 1, MAXDWORD, "end after N clients (no limit)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Serves files through a named pipe, one client after another."), NULL, options);
    if (_tcschr(name, _T('\\')) != NULL || !format_text(pipeName, 257, _T("\\\\.\\pipe\\%s"), name))
        die_usage(_T("--name: a pipe's name has no backslash, and the whole of it has 256 characters at most"));
    if (!SetCurrentDirectory(root))
        die_error(_T("SetCurrentDirectory(%s)"), root);

    /* As first instance it fails where somebody else has a pipe of that name and would get half of our clients. */
    HANDLE hPipe = create_instance(pipeName, FILE_FLAG_FIRST_PIPE_INSTANCE);
    if (hPipe == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateNamedPipe(%s)"), pipeName);
        if (GetLastError() == ERROR_ACCESS_DENIED || GetLastError() == ERROR_PIPE_BUSY)
            report(_T("hint: another program has a pipe of this name; end it, or choose another --name"));
        return STATUS_FAILED;
    }
    print(_T("waiting for clients on %s\n"), pipeName);
    for (DWORD client = 1; clients == 0 || client <= clients; client++) {
        /* ERROR_PIPE_CONNECTED: a client was faster. ERROR_NO_DATA: and it has gone again. */
        while (!ConnectNamedPipe(hPipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED &&
               GetLastError() != ERROR_NO_DATA) {
            report_error(_T("ConnectNamedPipe(%s)"), pipeName);
            Sleep(1000);
        }
        serve_client(hPipe, client);

        /* The next instance before this one goes: so the name is always ours. Without it, this one serves again. */
        HANDLE hNext = create_instance(pipeName, 0);
        if (hNext == INVALID_HANDLE_VALUE)
            report_error(_T("CreateNamedPipe(%s)"), pipeName);
        if (!DisconnectNamedPipe(hPipe))
            report_error(_T("DisconnectNamedPipe(%s)"), pipeName);
        if (hNext != INVALID_HANDLE_VALUE) {
            CloseHandle(hPipe);
            hPipe = hNext;
        }
    }
    CloseHandle(hPipe);
    return 0;
}
