/*
 * NamedPipe_ServerThread.c - serves files through a named pipe, with a thread for each client.
 *
 * Shows   Many instances of one pipe: the calls still block, but each blocks its own thread alone.
 * Run     NamedPipe_ServerThread [--name NAME] [--root DIR] [--clients N] [--patience MS] [--remote]
 * With    NamedPipe_Client.c, started after this one
 * POSIX   unix_socket_server.c
 */
#include "client_threads.h"
#include "pipe_server.h"

static HANDLE create_instance(const pipe_settings *settings, DWORD first)
{
    HANDLE hPipe = CreateNamedPipe(settings->pipeName, PIPE_ACCESS_DUPLEX | first,
                                   PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT | settings->remote,
                                   PIPE_UNLIMITED_INSTANCES, CHUNK_BYTES, CHUNK_BYTES, 0, NULL);
    if (hPipe == INVALID_HANDLE_VALUE)
        die_error(_T("CreateNamedPipe(%s)"), settings->pipeName);
    return hPipe;
}

static void serve_client(void *context)
{
    pipe_client *client = context;
    DWORD bytesRead, bytesWritten, error = ERROR_SUCCESS;

    bool isWhole = ReadFile(client->hPipe, client->reply.data, CHUNK_BYTES, &bytesRead, NULL);
    if (!isWhole && GetLastError() != ERROR_MORE_DATA) {
        remove_client(client, GetLastError());
        return;
    }

    begin_reply(&client->reply, bytesRead, isWhole);
    do {
        InterlockedIncrement(&client->steps);
        if (!WriteFile(client->hPipe, client->reply.data, (DWORD)client->reply.bytes, &bytesWritten, NULL))
            error = GetLastError();
    } while (error == ERROR_SUCCESS && next_chunk(&client->reply));
    remove_client(client, error);
}

int _tmain(int argc, TCHAR *argv[])
{
    pipe_settings settings;

    read_settings(&settings, argc, argv, _T("Serves files through a named pipe, with a thread for each client."));
    HANDLE hPipe = create_instance(&settings, FILE_FLAG_FIRST_PIPE_INSTANCE);
    print(_T("waiting for clients on %s\n"), settings.pipeName);

    for (DWORD number = 1;; number++) {
        if (!ConnectNamedPipe(hPipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED && GetLastError() != ERROR_NO_DATA)
            die_error(_T("ConnectNamedPipe(%s)"), settings.pipeName);

        pipe_client *client = add_client(hPipe);
        /* Before the thread may close its instance, so that there is always one and the name stays ours. */
        if (number != settings.clients)
            hPipe = create_instance(&settings, 0);

        if (!start_client_thread(serve_client, client)) {
            report(_T("no thread for client %lu"), client->number);
            remove_client(client, ERROR_NOT_ENOUGH_MEMORY);
        }
        if (number == settings.clients)
            break;
    }
    wait_for_client_threads();
    return 0;
}
