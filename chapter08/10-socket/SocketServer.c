/*
 * SocketServer.c - serves files over TCP, for clients on any system and computer (not in the book).
 *
 * Shows   WSAStartup, getaddrinfo, socket, bind, listen, select, accept. A stream has no messages: a request ends with
 *         a line feed, and one recv may give less than that, or more.
 * Run     SocketServer [--port N] [--any] [--root DIR] [--clients N] [--patience MS]
 * With    SocketClient.c, started after this one
 * POSIX   socket_server.c
 */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <stdlib.h>

#include "../05-named-pipe/shared/shortage.h"
#include "shared/client_thread.h"

/* Listens with IPv6 and IPv4 as far as the computer has them, both on one port: 0 becomes a free one. */
static void open_listeners(fd_set *listeners, DWORD *port, int flags)
{
    ADDRINFOA hints = {0}, *addresses;
    const DWORD yes = 1;
    SOCKADDR_IN6 bound;

    hints.ai_flags = flags;
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(NULL, "0", &hints, &addresses) != 0)
        die_error(_T("getaddrinfo"));
    FD_ZERO(listeners);
    for (const ADDRINFOA *one = addresses; one != NULL; one = one->ai_next) {
        SOCKET listener = socket(one->ai_family, one->ai_socktype, one->ai_protocol);
        if (listener == INVALID_SOCKET)
            continue; /* there is no IPv6, or no IPv4 */
        /* The port is at the same place in both kinds of addresses. */
        ((SOCKADDR_IN *)one->ai_addr)->sin_port = htons((u_short)*port);
        int bytes = sizeof(bound);
        if (setsockopt(listener, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const char *)&yes, sizeof(yes)) == 0 &&
            bind(listener, one->ai_addr, (int)one->ai_addrlen) == 0 && listen(listener, SOMAXCONN) == 0 &&
            getsockname(listener, (SOCKADDR *)&bound, &bytes) == 0) {
            *port = ntohs(bound.sin6_port);
            FD_SET(listener, listeners);
        } else if (WSAGetLastError() == WSAEADDRNOTAVAIL) {
            closesocket(listener);
        } else {
            report_error(_T("bind(port %lu, %s)"), *port, one->ai_family == AF_INET6 ? _T("IPv6") : _T("IPv4"));
            report(_T("hint: another program has this port; end it, or choose another --port"));
            exit(STATUS_FAILED);
        }
    }
    freeaddrinfo(addresses);
    if (listeners->fd_count == 0)
        die_error(_T("bind(port %lu)"), *port);
}

/* Receives a line, sends the header and the file. Gives why the client has not got its answer, or NULL. */
static const TCHAR *answer(SOCKET connection, file_reply *reply)
{
    DWORD bytesRead;
    int bytes;

    do {
        bytes = recv(connection, reply->data + reply->bytes, (int)(CHUNK_BYTES - reply->bytes), 0);
        if (bytes <= 0)
            return _T("gone, or silent for too long, before it had asked");
    } while (!have_received(reply, (size_t)bytes));
    do {
        for (size_t sent = 0; sent < reply->bytes; sent += (size_t)bytes) {
            bytes = send(connection, reply->data + sent, (int)(reply->bytes - sent), 0);
            if (bytes == SOCKET_ERROR)
                return _T("gone, or not reading for too long, before it had its answer");
        }
    } while (bytes_to_read(reply) > 0 &&
             ReadFile(reply->file, reply->data, (DWORD)bytes_to_read(reply), &bytesRead, NULL) &&
             have_read(reply, bytesRead));
    return NULL;
}

static void serve_client(socket_client *client)
{
    const TCHAR *trouble = answer(client->connection, &client->reply);
    end_reply(&client->reply, client->number, trouble);
    if (client->reply.has_file)
        CloseHandle(client->reply.file);

    /*
     * To close a socket with unread bytes in it resets the connection, and the client may lose the answer. So this
     * side ends, and what is still coming is read, within limits, until the other side has ended too.
     */
    shutdown(client->connection, SD_SEND);
    for (int i = 0; trouble == NULL && i < 100 && recv(client->connection, client->reply.data, CHUNK_BYTES, 0) > 0; i++)
        continue;
    closesocket(client->connection);
}

int _tmain(int argc, TCHAR *argv[])
{
    service_settings settings = SERVICE_DEFAULTS;
    DWORD port = DEFAULT_PORT;
    bool isAny = false;
    fd_set listeners;
    WSADATA data;

    const option_spec options[] = {
        OPTION_NUMBER("--port", "N", &port, 0, 65535, "serve on that port; 0: on any free one (7810)"),
        OPTION_FLAG("--any", &isAny, "let clients on other computers in"),
        SERVICE_OPTIONS(settings),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Serves files over TCP, with a thread for each client."), NULL, options);
    serve_folder(settings.root);
    int error = WSAStartup(MAKEWORD(2, 2), &data);
    if (error != 0) {
        SetLastError((DWORD)error);
        die_error(_T("WSAStartup"));
    }
    open_listeners(&listeners, &port, isAny ? AI_PASSIVE : 0);
    print(_T("waiting for clients on port %lu, from %s\n"), port, isAny ? _T("everywhere") : _T("this computer alone"));

    for (DWORD number = 1; settings.clients == 0 || number <= settings.clients; number++) {
        fd_set callers = listeners; /* select leaves in it those that have somebody to accept */
        while (select(0, &callers, NULL, NULL, NULL) == SOCKET_ERROR) {
            wait_out_shortage(_T("select"), number);
            callers = listeners;
        }
        SOCKET connection = accept(callers.fd_array[0], NULL, NULL);
        /* No call on this connection waits longer. */
        if (connection == INVALID_SOCKET ||
            setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, (const char *)&settings.patience, sizeof(DWORD)) != 0 ||
            setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, (const char *)&settings.patience, sizeof(DWORD)) != 0 ||
            !start_client(serve_client, connection, number)) {
            wait_out_shortage(_T("accept"), number);
            closesocket(connection);
        }
    }
    wait_for_client_threads();
    WSACleanup();
    return 0;
}
