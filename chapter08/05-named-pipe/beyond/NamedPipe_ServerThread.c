/*
 * NamedPipe_ServerThread.c - serves files through a named pipe, with a thread for each client.
 *
 * Shows   Many instances of one pipe: the calls still block, but each blocks its own thread alone. CancelIoEx from a
 *         timer: a time limit for calls that have none.
 * Run     NamedPipe_ServerThread [--name NAME] [--root DIR] [--clients N] [--patience MS] [--remote]
 * With    NamedPipe_Fetch.c, started after this one
 * POSIX   unix_socket_server.c
 */
#include <process.h>

#include "../shared/client_threads.h"
#include "../shared/shortage.h"
#include "pipe_clients.h"

static HANDLE create_instance(const pipe_settings *settings, DWORD first)
{
    return CreateNamedPipe(settings->pipeName, PIPE_ACCESS_DUPLEX | first,
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

/*
 * Not DisconnectNamedPipe: that would throw away what the client has not read yet, unless FlushFileBuffers waited for
 * it first, and it may never read. After CloseHandle the client reads the rest, then end of file.
 */
static void end_client(pipe_client *client, DWORD error)
{
    remove_client(client, error);
    if (client->reply.has_file)
        CloseHandle(client->reply.file);
    CloseHandle(client->hPipe);
    free_client(client);
}

static bool read_chunk(file_reply *reply)
{
    DWORD bytesRead;

    return bytes_to_read(reply) > 0 &&
           ReadFile(reply->file, reply->data, (DWORD)bytes_to_read(reply), &bytesRead, NULL) &&
           have_read(reply, bytesRead);
}

/* Gives 0 when the client has its answer, else the error. */
static DWORD answer(pipe_client *client)
{
    file_reply *reply = &client->reply;
    DWORD bytesRead, bytesWritten;

    /* One ReadFile, one message. ERROR_MORE_DATA: one that is longer than the buffer. */
    bool isWhole = ReadFile(client->hPipe, reply->data, CHUNK_BYTES, &bytesRead, NULL);
    if (!isWhole && GetLastError() != ERROR_MORE_DATA)
        return GetLastError();

    begin_reply(reply, bytesRead, isWhole);
    do {
        InterlockedIncrement(&client->steps);
        if (!WriteFile(client->hPipe, reply->data, (DWORD)reply->bytes, &bytesWritten, NULL))
            return GetLastError();
    } while (read_chunk(reply));
    return ERROR_SUCCESS;
}

static unsigned __stdcall serve_client(void *client)
{
    end_client(client, answer(client));
    return 0;
}

static void begin_client(HANDLE hClient)
{
    pipe_client *client = add_client(hClient);
    if (client == NULL) {
        CloseHandle(hClient);
        return;
    }
    HANDLE hEnded, hThread = (HANDLE)_beginthreadex(NULL, 0, serve_client, client, 0, NULL);
    if (hThread == NULL) {
        report(_T("no thread for client %lu"), client->number);
        end_client(client, ERROR_NOT_ENOUGH_MEMORY);
        return;
    }
    while ((hEnded = take_ended_thread()) != NULL)
        CloseHandle(hEnded);
    if (!keep_thread(hThread))
        CloseHandle(hThread);
}

int _tmain(int argc, TCHAR *argv[])
{
    pipe_settings settings;
    HANDLE hTimer, hThread;

    read_settings(&settings, argc, argv, _T("Serves files through a named pipe, with a thread for each client."));
    DWORD patience = settings.service.patience;
    if (!CreateTimerQueueTimer(&hTimer, NULL, on_timer, NULL, patience, patience, WT_EXECUTEDEFAULT))
        die_error(_T("CreateTimerQueueTimer"));
    HANDLE hPipe = create_instance(&settings, FILE_FLAG_FIRST_PIPE_INSTANCE);
    if (hPipe == INVALID_HANDLE_VALUE)
        die_without_name(&settings);
    print(_T("waiting for clients on %s\n"), settings.pipeName);

    for (DWORD number = 1; settings.service.clients == 0 || number <= settings.service.clients; number++) {
        while (!ConnectNamedPipe(hPipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED &&
               GetLastError() != ERROR_NO_DATA)
            wait_out_shortage(_T("ConnectNamedPipe"), number);

        /* The next instance, before this one can be closed: so there is always one, and the name is ours. */
        HANDLE hClient = hPipe;
        bool isLast = number == settings.service.clients;
        hPipe = isLast ? INVALID_HANDLE_VALUE : create_instance(&settings, 0);
        begin_client(hClient);
        if (!isLast && hPipe == INVALID_HANDLE_VALUE)
            hPipe = create_next_instance(&settings, number + 1);
    }
    while ((hThread = take_thread()) != NULL) {
        WaitForSingleObject(hThread, INFINITE);
        CloseHandle(hThread);
    }
    return 0;
}
