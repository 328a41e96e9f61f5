/*
 * SocketServer.c - serves files over TCP: the named pipe lesson's service, for clients on any system and computer.
 *
 * Shows   getaddrinfo, socket, bind, listen, accept of Winsock. A stream has no messages: a request ends with a line
 *         feed, and one recv may give less than that, or more.
 * Run     SocketServer [--port N] [--any] [--root DIR] [--clients N] [--patience MS]
 * With    SocketClient.c, started after this one
 * POSIX   socket_server.c
 */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <stdlib.h>
#include <string.h>

#include "../05-named-pipe/beyond/client_threads.h"
#include "../05-named-pipe/shared/file_service.h"
#include "beyond/win_socket.h"

struct visit {
    SOCKET connection;
    DWORD number;
    file_reply reply;
};

static DWORD patience = 10000;

/* Puts the request into reply->data and gives its length; -1 when none came. CHUNK_BYTES: it is longer than that. */
static int receive_request(SOCKET connection, char *data)
{
    int length = 0;

    while (length < CHUNK_BYTES) {
        int bytes = recv(connection, data + length, CHUNK_BYTES - length, 0);
        if (bytes <= 0)
            return -1; /* the end, an error, or silence for the time of SO_RCVTIMEO */
        char *end = memchr(data + length, '\n', (size_t)bytes);
        if (end != NULL)
            return (int)(end - data);
        length += bytes;
    }
    return length;
}

/* send may take less than it is given: it tells how much. */
static bool send_all(SOCKET connection, const char *data, int bytes)
{
    while (bytes > 0) {
        int sent = send(connection, data, bytes, 0);
        if (sent == SOCKET_ERROR)
            return false;
        data += sent;
        bytes -= sent;
    }
    return true;
}

/* Gives why the client has not got its answer, or NULL. */
static const TCHAR *serve_client(struct visit *visit)
{
    file_reply *reply = &visit->reply;
    int length = receive_request(visit->connection, reply->data);
    if (length < 0)
        return _T("gone, or silent for too long, before it had asked");

    begin_reply(reply, (size_t)length, length < CHUNK_BYTES);
    do {
        if (!send_all(visit->connection, reply->data, (int)reply->bytes))
            return _T("gone, or not reading for too long, before it had its answer");
    } while (next_chunk(reply));
    return NULL;
}

static void receive_visit(void *context)
{
    struct visit *visit = context;
    const TCHAR *trouble = serve_client(visit);
    end_reply(&visit->reply, visit->number, trouble);

    /*
     * To close a socket with unread bytes in it resets the connection, and the client may lose the answer. So this
     * side ends, and what is still coming is read, within limits, until the other side has ended too.
     */
    shutdown(visit->connection, SD_SEND);
    for (int i = 0; trouble == NULL && i < 100; i++) {
        if (recv(visit->connection, visit->reply.data, CHUNK_BYTES, 0) <= 0)
            break;
    }
    closesocket(visit->connection);
    free(visit);
}

static void begin_visit(SOCKET connection, DWORD number)
{
    struct visit *visit = calloc(1, sizeof(*visit));
    if (visit == NULL)
        die_error(_T("calloc"));
    visit->connection = connection;
    visit->number = number;
    /* No call on this connection waits longer. */
    if (setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof(patience)) != 0 ||
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, (const char *)&patience, sizeof(patience)) != 0)
        die_error(_T("setsockopt"));

    if (!start_client_thread(receive_visit, visit)) {
        report(_T("no thread for client %lu"), number);
        closesocket(connection);
        free(visit);
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *root = _T(".");
    DWORD port = DEFAULT_PORT, clients = 0;
    bool isAny = false;
    SOCKET listeners[LISTENERS_MAX];

    const option_spec options[] = {
        OPTION_NUMBER("--port", "N", &port, 0, 65535, "serve on that port; 0: on any free one (7810)"),
        OPTION_FLAG("--any", &isAny, "let clients on other computers in"),
        OPTION_TEXT("--root", "DIR", &root, "serve the files directly in DIR (the current folder)"),
        OPTION_NUMBER("--clients", "N", &clients, 1, MAXDWORD, "end after N clients (no limit)"),
        OPTION_NUMBER("--patience", "MS", &patience, 1, MAXDWORD / 2,
                      "cut off a client that does nothing for MS (10000)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Serves files over TCP, with a thread for each client."), NULL, options);
    serve_folder(root);
    start_winsock();
    int count = listen_on(listeners, &port, isAny);
    print(_T("waiting for clients on port %lu, from %s\n"), port, isAny ? _T("everywhere") : _T("this computer alone"));

    for (DWORD number = 1; clients == 0 || number <= clients; number++) {
        SOCKET connection = accept(wait_for_caller(listeners, count), NULL, NULL);
        if (connection == INVALID_SOCKET) {
            report_error(_T("accept")); /* a client that has gone again already */
            continue;
        }
        begin_visit(connection, number);
    }
    wait_for_client_threads();
    WSACleanup();
    return 0;
}
