/*
 * NamedPipe_ServerCompletion.c - serves files through a named pipe, many clients with a few threads.
 *
 * Shows   A completion port: where the operations of all clients are reported when they are done, each to whichever
 *         thread is free. As many threads as processors are enough for any number of clients. CancelIoEx from a timer.
 * Run     NamedPipe_ServerCompletion [--name NAME] [--root DIR] [--clients N] [--patience MS] [--remote]
 * With    NamedPipe_Fetch.c, started after this one
 */
#include <process.h>
#include <stdlib.h>

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

    while ((hPipe = create_instance(settings, 0)) == INVALID_HANDLE_VALUE)
        wait_out_shortage(_T("CreateNamedPipe"), number);
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

/* One operation of a client is done: begins the next one. */
static void take_step(pipe_client *client, DWORD error, DWORD bytes)
{
    bool isRequest = InterlockedIncrement(&client->steps) == 2;
    bool goesOn;

    if (isRequest && (error == ERROR_SUCCESS || error == ERROR_MORE_DATA)) {
        begin_reply(&client->reply, bytes, error == ERROR_SUCCESS);
        goesOn = true;
    } else {
        goesOn = error == ERROR_SUCCESS && read_chunk(&client->reply);
    }
    /* Done at once or later, it is reported to the port all the same; other errors are not. */
    if (goesOn &&
        !WriteFile(client->hPipe, client->reply.data, (DWORD)client->reply.bytes, NULL, &client->overlapped) &&
        GetLastError() != ERROR_IO_PENDING) {
        error = GetLastError();
        goesOn = false;
    }
    if (!goesOn)
        end_client(client, error);
}

static unsigned __stdcall work(void *hPort)
{
    OVERLAPPED *overlapped;
    ULONG_PTR key;
    DWORD bytes;

    for (;;) {
        bool isSuccess = GetQueuedCompletionStatus(hPort, &bytes, &key, &overlapped, INFINITE);
        if (overlapped == NULL)
            return 0; /* posted by _tmain: nothing is left to do */
        take_step((pipe_client *)overlapped, isSuccess ? ERROR_SUCCESS : GetLastError(), bytes);
    }
}

static bool connect_client(HANDLE hPipe, HANDLE hConnected)
{
    OVERLAPPED connection = {0};
    DWORD none;

    connection.hEvent = hConnected;
    if (ConnectNamedPipe(hPipe, &connection) || GetLastError() == ERROR_PIPE_CONNECTED ||
        GetLastError() == ERROR_NO_DATA)
        return true;
    return GetLastError() == ERROR_IO_PENDING && GetOverlappedResult(hPipe, &connection, &none, TRUE);
}

static void begin_client(HANDLE hClient, HANDLE hPort)
{
    pipe_client *client = add_client(hClient);
    if (client == NULL)
        CloseHandle(hClient);
    else if (CreateIoCompletionPort(hClient, hPort, 0, 0) == NULL)
        end_client(client, GetLastError());
    else if (!ReadFile(hClient, client->reply.data, CHUNK_BYTES, NULL, &client->overlapped) &&
             GetLastError() != ERROR_IO_PENDING && GetLastError() != ERROR_MORE_DATA)
        end_client(client, GetLastError());
}

int _tmain(int argc, TCHAR *argv[])
{
    HANDLE hThreads[MAXIMUM_WAIT_OBJECTS];
    pipe_settings settings;
    SYSTEM_INFO system;
    HANDLE hTimer;

    read_settings(&settings, argc, argv, _T("Serves files through a named pipe, many clients with a few threads."));
    GetSystemInfo(&system);
    DWORD threads = min(system.dwNumberOfProcessors, MAXIMUM_WAIT_OBJECTS);
    HANDLE hPort = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, threads);
    HANDLE hConnected = CreateEvent(NULL, TRUE, FALSE, NULL);
    if (hPort == NULL || hConnected == NULL)
        die_error(_T("CreateIoCompletionPort, CreateEvent"));
    for (DWORD i = 0; i < threads; i++) {
        hThreads[i] = (HANDLE)_beginthreadex(NULL, 0, work, hPort, 0, NULL);
        if (hThreads[i] == NULL)
            die_error(_T("_beginthreadex"));
    }
    DWORD patience = settings.service.patience;
    if (!CreateTimerQueueTimer(&hTimer, NULL, on_timer, NULL, patience, patience, WT_EXECUTEDEFAULT))
        die_error(_T("CreateTimerQueueTimer"));
    HANDLE hPipe = create_instance(&settings, FILE_FLAG_FIRST_PIPE_INSTANCE);
    if (hPipe == INVALID_HANDLE_VALUE)
        die_without_name(&settings);
    print(_T("waiting for clients on %s\n"), settings.pipeName);

    for (DWORD number = 1; settings.service.clients == 0 || number <= settings.service.clients; number++) {
        while (!connect_client(hPipe, hConnected))
            wait_out_shortage(_T("ConnectNamedPipe"), number);
        /* The next instance, before this one can be closed: so there is always one, and the name is ours. */
        HANDLE hClient = hPipe;
        bool isLast = number == settings.service.clients;
        hPipe = isLast ? INVALID_HANDLE_VALUE : create_instance(&settings, 0);
        begin_client(hClient, hPort);
        if (!isLast && hPipe == INVALID_HANDLE_VALUE)
            hPipe = create_next_instance(&settings, number + 1);
    }

    wait_for_clients();
    for (DWORD i = 0; i < threads; i++)
        PostQueuedCompletionStatus(hPort, 0, 0, NULL);
    WaitForMultipleObjects(threads, hThreads, TRUE, INFINITE);
    return 0;
}
