/*
 * NamedPipe_ServerOverlapped.c - serves files through a named pipe, many clients with one thread.
 *
 * Shows   FILE_FLAG_OVERLAPPED: calls that only begin. ReadFileEx and WriteFileEx name a function that is called
 *         when they are done, in a thread that waits alertably. CancelIoEx from a timer.
 * Run     NamedPipe_ServerOverlapped [--name NAME] [--root DIR] [--clients N] [--patience MS] [--remote]
 * With    NamedPipe_Fetch.c, started after this one
 */
#include "../shared/shortage.h"
#include "pipe_clients.h"

static HANDLE create_instance(const pipe_settings *settings, DWORD first)
{
    return CreateNamedPipe(settings->pipeName, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | first,
                           PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT | settings->remote,
                           PIPE_UNLIMITED_INSTANCES, CHUNK_BYTES, CHUNK_BYTES, 0, NULL);
}

/* There may be no room for one more just now: no reason to end, since clients go and leave room. */
static HANDLE create_next_instance(const pipe_settings *settings, DWORD number)
{
    HANDLE hPipe;

    while ((hPipe = create_instance(settings, 0)) == INVALID_HANDLE_VALUE) {
        wait_out_shortage(_T("CreateNamedPipe"), number);
        SleepEx(0, TRUE); /* the others' turn */
    }
    return hPipe;
}

/* Its read or write fails with ERROR_OPERATION_ABORTED. Where none is pending at this moment, the next tick comes. */
static void cut_off(pipe_client *client)
{
    CancelIoEx(client->hPipe, NULL);
}

static VOID CALLBACK on_timer(PVOID context, BOOLEAN fired)
{
    (void)context;
    (void)fired;
    for_each_idle_client(cut_off);
}

/* CloseHandle without DisconnectNamedPipe: the client still reads what has been written, then end of file. */
static void end_client(pipe_client *client, DWORD error)
{
    remove_client(client, error);
    if (client->reply.has_file)
        CloseHandle(client->reply.file);
    CloseHandle(client->hPipe);
    free_client(client);
}

/* The file is read the plain way: a disk does not keep the thread waiting as a client may. */
static bool read_chunk(file_reply *reply)
{
    DWORD bytesRead;

    return bytes_to_read(reply) > 0 &&
           ReadFile(reply->file, reply->data, (DWORD)bytes_to_read(reply), &bytesRead, NULL) &&
           have_read(reply, bytesRead);
}

static void write_reply(pipe_client *client);

static VOID CALLBACK on_written(DWORD error, DWORD bytesWritten, OVERLAPPED *overlapped)
{
    pipe_client *client = (pipe_client *)overlapped;

    (void)bytesWritten; /* all of it, or there is an error */
    client->steps++;
    if (error == ERROR_SUCCESS && read_chunk(&client->reply))
        write_reply(client);
    else
        end_client(client, error);
}

static void write_reply(pipe_client *client)
{
    if (!WriteFileEx(client->hPipe, client->reply.data, (DWORD)client->reply.bytes, &client->overlapped, on_written))
        end_client(client, GetLastError());
}

static VOID CALLBACK on_request(DWORD error, DWORD bytesRead, OVERLAPPED *overlapped)
{
    pipe_client *client = (pipe_client *)overlapped;

    client->steps++;
    if (error != ERROR_SUCCESS && error != ERROR_MORE_DATA) {
        end_client(client, error);
        return;
    }
    begin_reply(&client->reply, bytesRead, error == ERROR_SUCCESS);
    write_reply(client);
}

/* Waits for a client of this instance. While it waits, on_request and on_written serve the others. */
static bool connect_client(HANDLE hPipe, HANDLE hConnected)
{
    OVERLAPPED connection = {0};
    DWORD none;

    connection.hEvent = hConnected;
    if (ConnectNamedPipe(hPipe, &connection))
        return true;
    switch (GetLastError()) {
    case ERROR_IO_PENDING:
        while (WaitForSingleObjectEx(hConnected, INFINITE, TRUE) == WAIT_IO_COMPLETION)
            continue;
        return GetOverlappedResult(hPipe, &connection, &none, FALSE);
    case ERROR_PIPE_CONNECTED:
    case ERROR_NO_DATA:
        /* It was faster, or is gone again. In a rush of such clients the others get their turn here. */
        SleepEx(0, TRUE);
        return true;
    default:
        return false;
    }
}

static void begin_client(HANDLE hClient)
{
    pipe_client *client = add_client(hClient);
    if (client == NULL)
        CloseHandle(hClient);
    /* With ERROR_MORE_DATA on_request is called all the same; with any other error it is not. */
    else if (!ReadFileEx(hClient, client->reply.data, CHUNK_BYTES, &client->overlapped, on_request) &&
             GetLastError() != ERROR_MORE_DATA)
        end_client(client, GetLastError());
}

int _tmain(int argc, TCHAR *argv[])
{
    pipe_settings settings;
    HANDLE hTimer;

    read_settings(&settings, argc, argv, _T("Serves files through a named pipe, many clients with one thread."));
    DWORD patience = settings.service.patience;
    HANDLE hConnected = CreateEvent(NULL, TRUE, FALSE, NULL);
    if (hConnected == NULL)
        die_error(_T("CreateEvent"));
    if (!CreateTimerQueueTimer(&hTimer, NULL, on_timer, NULL, patience, patience, WT_EXECUTEDEFAULT))
        die_error(_T("CreateTimerQueueTimer"));
    HANDLE hPipe = create_instance(&settings, FILE_FLAG_FIRST_PIPE_INSTANCE);
    if (hPipe == INVALID_HANDLE_VALUE)
        die_without_name(&settings);
    print(_T("waiting for clients on %s\n"), settings.pipeName);

    for (DWORD number = 1; settings.service.clients == 0 || number <= settings.service.clients; number++) {
        while (!connect_client(hPipe, hConnected)) {
            wait_out_shortage(_T("ConnectNamedPipe"), number);
            SleepEx(0, TRUE);
        }
        /* The next instance, before this one can be closed: so there is always one, and the name is ours. */
        HANDLE hClient = hPipe;
        bool isLast = number == settings.service.clients;
        hPipe = isLast ? INVALID_HANDLE_VALUE : create_instance(&settings, 0);
        begin_client(hClient);
        if (!isLast && hPipe == INVALID_HANDLE_VALUE)
            hPipe = create_next_instance(&settings, number + 1);
    }
    while (has_clients())
        SleepEx(INFINITE, TRUE);
    CloseHandle(hConnected);
    return 0;
}
