/*
 * book_pipe_server.c - on the wire what a server typed in from the book does (listing 8-6), written anew.
 *
 * A name of TCHARs comes, the file goes as text, in messages of 1024 bytes at most, the last of which may be empty;
 * then FlushFileBuffers, DisconnectNamedPipe, CloseHandle, and the pipe is made anew. Where the file cannot be opened,
 * nothing is sent and the instance stays connected.
 *
 * Run     BookPipeServer PIPE CLIENTS
 */
#include "companion.h"

#define BUF_SIZE 1024

static void serve_client(HANDLE hPipe)
{
    TCHAR fileName[MAX_PATH] = {0};
    char piece[BUF_SIZE];
    DWORD bytesRead, bytesWritten;
    size_t bytes;

    if (!ReadFile(hPipe, fileName, (MAX_PATH - 1) * sizeof(TCHAR), &bytesRead, NULL) || bytesRead == 0)
        return;
    FILE *file = _tfopen(fileName, _T("r"));
    if (file == NULL)
        return;
    while (!feof(file)) {
        bytes = fread(piece, 1, sizeof(piece), file);
        if (!WriteFile(hPipe, piece, (DWORD)bytes, &bytesWritten, NULL) || bytesWritten != bytes)
            break;
    }
    fclose(file);
    FlushFileBuffers(hPipe);
    DisconnectNamedPipe(hPipe);
    CloseHandle(hPipe);
}

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR pipeName[257];
    unsigned long clients;

    companion_init(argv[0]);
    if (argc != 3 || !format_text(pipeName, 257, _T("\\\\.\\pipe\\%s"), argv[1]) ||
        !parse_number(argv[2], 1, MAXLONG, &clients))
        die_usage(_T("expected PIPE CLIENTS"));
    for (unsigned long client = 0; client < clients; client++) {
        HANDLE hPipe =
            CreateNamedPipe(pipeName, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT,
                            PIPE_UNLIMITED_INSTANCES, BUF_SIZE, BUF_SIZE, 20000, NULL);
        if (hPipe == INVALID_HANDLE_VALUE)
            die_error(_T("CreateNamedPipe"));
        print(_T("ready\n"));
        if (ConnectNamedPipe(hPipe, NULL) || GetLastError() == ERROR_PIPE_CONNECTED)
            serve_client(hPipe);
        else
            CloseHandle(hPipe);
    }
    return 0;
}
