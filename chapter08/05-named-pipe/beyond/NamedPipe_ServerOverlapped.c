/*
 * NamedPipe_ServerOverlapped.c - serves files through a named pipe, many clients with one thread.
 *
 * Shows   FILE_FLAG_OVERLAPPED: calls that only begin. ReadFileEx and WriteFileEx name a function that is called
 *         when they are done, in a thread that waits alertably.
 * Run     NamedPipe_ServerOverlapped [--name NAME] [--root DIR] [--clients N] [--patience MS] [--remote]
 * With    NamedPipe_Client.c, started after this one
 */
#include "pipe_server.h"

static HANDLE create_instance(const pipe_settings *settings, DWORD first)
{
    HANDLE hPipe = CreateNamedPipe(settings->pipeName, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | first,
                                   PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT | settings->remote,
                                   PIPE_UNLIMITED_INSTANCES, CHUNK_BYTES, CHUNK_BYTES, 0, NULL);
    if (hPipe == INVALID_HANDLE_VALUE)
        die_error(_T("CreateNamedPipe(%s)"), settings->pipeName);
    return hPipe;
}

static void write_reply(pipe_client *client);

static VOID CALLBACK on_written(DWORD error, DWORD bytesWritten, OVERLAPPED *overlapped)
{
    pipe_client *client = (pipe_client *)overlapped;

    (void)bytesWritten; /* all of it, or there is an error */
    client->steps++;
    if (error == ERROR_SUCCESS && next_chunk(&client->reply))
        write_reply(client);
    else
        remove_client(client, error);
}

static void write_reply(pipe_client *client)
{
    if (!WriteFileEx(client->hPipe, client->reply.data, (DWORD)client->reply.bytes, &client->overlapped, on_written))
        remove_client(client, GetLastError());
}

static VOID CALLBACK on_request(DWORD error, DWORD bytesRead, OVERLAPPED *overlapped)
{
    pipe_client *client = (pipe_client *)overlapped;

    client->steps++;
    if (error != ERROR_SUCCESS && error != ERROR_MORE_DATA) {
        remove_client(client, error);
        return;
    }
    begin_reply(&client->reply, bytesRead, error == ERROR_SUCCESS);
    write_reply(client);
}

/* Waits for a client of this instance. While it waits, on_request and on_written serve the others. */
static void connect_client(HANDLE hPipe, HANDLE hConnected)
{
    OVERLAPPED connection = {0};
    DWORD none;

    connection.hEvent = hConnected;
    if (!ConnectNamedPipe(hPipe, &connection)) {
        switch (GetLastError()) {
        case ERROR_IO_PENDING:
            while (WaitForSingleObjectEx(hConnected, INFINITE, TRUE) == WAIT_IO_COMPLETION)
                continue;
            if (!GetOverlappedResult(hPipe, &connection, &none, FALSE))
                die_error(_T("ConnectNamedPipe"));
            break;
        case ERROR_PIPE_CONNECTED:
        case ERROR_NO_DATA:
            /* It was faster, or is gone again. In a rush of such clients the others get their turn here. */
            SleepEx(0, TRUE);
            break;
        default:
            die_error(_T("ConnectNamedPipe"));
        }
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    pipe_settings settings;

    read_settings(&settings, argc, argv, _T("Serves files through a named pipe, many clients with one thread."));
    HANDLE hConnected = CreateEvent(NULL, TRUE, FALSE, NULL);
    if (hConnected == NULL)
        die_error(_T("CreateEvent"));
    HANDLE hPipe = create_instance(&settings, FILE_FLAG_FIRST_PIPE_INSTANCE);
    print(_T("waiting for clients on %s\n"), settings.pipeName);

    for (DWORD number = 1;; number++) {
        connect_client(hPipe, hConnected);
        pipe_client *client = add_client(hPipe);
        if (number != settings.clients)
            hPipe = create_instance(&settings, 0);

        /* With ERROR_MORE_DATA on_request is called all the same; with any other error it is not. */
        if (!ReadFileEx(client->hPipe, client->reply.data, CHUNK_BYTES, &client->overlapped, on_request) &&
            GetLastError() != ERROR_MORE_DATA)
            remove_client(client, GetLastError());
        if (number == settings.clients)
            break;
    }
    while (has_clients())
        SleepEx(INFINITE, TRUE);
    CloseHandle(hConnected);
    return 0;
}
