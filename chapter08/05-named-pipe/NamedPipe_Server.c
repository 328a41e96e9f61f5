/*
 * NamedPipe_Server.c - serves files through a named pipe, one client after another (book 8-6).
 *
 * Shows   CreateNamedPipe, ConnectNamedPipe, ReadFile and WriteFile on a pipe of messages.
 * Run     NamedPipe_Server [--name NAME] [--root DIR] [--clients N] [--patience MS] [--remote]
 * With    NamedPipe_Client.c, started after this one; CallPipe.c
 * POSIX   named_pipe_server.c
 */
#include "beyond/pipe_server.h"

/* An instance is one end of a connection. Here two are enough: the one in use and the one for the next client. */
static HANDLE create_instance(const pipe_settings *settings, DWORD first)
{
    HANDLE hPipe = CreateNamedPipe(settings->pipeName, PIPE_ACCESS_DUPLEX | first,
                                   PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT | settings->remote, 2,
                                   CHUNK_BYTES, CHUNK_BYTES, 0, NULL);
    if (hPipe == INVALID_HANDLE_VALUE)
        die_error(_T("CreateNamedPipe(%s)"), settings->pipeName);
    return hPipe;
}

/* Gives 0 when the client has its answer, else the error. */
static DWORD serve_client(pipe_client *client)
{
    DWORD bytesRead, bytesWritten;

    /* One ReadFile, one message. ERROR_MORE_DATA: one that is longer than the buffer. */
    bool isWhole = ReadFile(client->hPipe, client->reply.data, CHUNK_BYTES, &bytesRead, NULL);
    if (!isWhole && GetLastError() != ERROR_MORE_DATA)
        return GetLastError();

    begin_reply(&client->reply, bytesRead, isWhole);
    do {
        client->steps++;
        if (!WriteFile(client->hPipe, client->reply.data, (DWORD)client->reply.bytes, &bytesWritten, NULL))
            return GetLastError();
    } while (next_chunk(&client->reply));
    return ERROR_SUCCESS;
}

int _tmain(int argc, TCHAR *argv[])
{
    pipe_settings settings;

    read_settings(&settings, argc, argv, _T("Serves files through a named pipe, one client after another."));

    /* As first instance it fails where somebody else has a pipe of that name and would get half of our clients. */
    HANDLE hPipe = create_instance(&settings, FILE_FLAG_FIRST_PIPE_INSTANCE);
    print(_T("waiting for clients on %s\n"), settings.pipeName);

    for (DWORD number = 1;; number++) {
        /* A client may be here already, or have been here and gone: no failure of ours. */
        if (!ConnectNamedPipe(hPipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED && GetLastError() != ERROR_NO_DATA)
            die_error(_T("ConnectNamedPipe(%s)"), settings.pipeName);

        pipe_client *client = add_client(hPipe);
        DWORD error = serve_client(client);
        if (number == settings.clients) {
            remove_client(client, error);
            return 0;
        }
        /* The next instance before this one goes, so that the name is always ours. */
        hPipe = create_instance(&settings, 0);
        remove_client(client, error);
    }
}
