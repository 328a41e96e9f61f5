/*
 * SocketClient.c - fetches a file over TCP.
 *
 * Shows   getaddrinfo gives a list of addresses, IPv6 and IPv4: try them in turn. recv gives any part of the stream.
 * Run     SocketClient [--host H] [--port N] [--timeout MS] [--output FILE] [FILE]
 * With    SocketServer.c or socket_server.c, started before this one
 * POSIX   socket_client.c
 */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <stdlib.h>
#include <string.h>

#include "../05-named-pipe/shared/file_service.h"
#include "beyond/win_socket.h"

static SOCKET connect_to(const TCHAR *host, DWORD port)
{
    ADDRINFOT hints = {0}, *addresses;
    TCHAR service[16];
    SOCKET connection = INVALID_SOCKET;

    hints.ai_socktype = SOCK_STREAM;
    hints.ai_protocol = IPPROTO_TCP;
    format_text(service, 16, _T("%lu"), port);
    if (GetAddrInfo(host, service, &hints, &addresses) != 0)
        die_error(_T("getaddrinfo(%s)"), host);

    for (const ADDRINFOT *address = addresses; address != NULL; address = address->ai_next) {
        connection = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
        if (connection == INVALID_SOCKET)
            continue;
        if (connect(connection, address->ai_addr, (int)address->ai_addrlen) == 0)
            break;
        DWORD error = GetLastError();
        closesocket(connection);
        SetLastError(error);
        connection = INVALID_SOCKET;
    }
    if (connection == INVALID_SOCKET) {
        report_error(_T("connect(%s, port %s)"), host, service);
        if (GetLastError() == WSAECONNREFUSED)
            report(_T("hint: start SocketServer first, with the same --port"));
        exit(STATUS_FAILED);
    }
    FreeAddrInfo(addresses);
    return connection;
}

int _tmain(int argc, TCHAR *argv[])
{
    static char data[CHUNK_BYTES];
    const TCHAR *host = _T("localhost"), *output = NULL;
    DWORD port = DEFAULT_PORT, timeout = 30000;
    file_receipt receipt;
    int bytes;

    const option_spec options[] = {
        OPTION_TEXT("--host", "H", &host, "ask that computer (localhost)"),
        OPTION_NUMBER("--port", "N", &port, 1, 65535, "on that port (7810)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 1, MAXDWORD / 2, "give up when nothing comes for MS (30000)"),
        OPTION_TEXT("--output", "FILE", &output, "write to FILE, which appears when it is complete (the screen)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int files = parse_options(argc, argv, _T("Fetches FILE (news.txt) over TCP."), _T("[FILE]"), options);
    char *request = utf8_from_text(files > 0 ? argv[1] : _T("news.txt"));
    int length = (int)strlen(request);
    if (strchr(request, '\n') != NULL)
        die_usage(_T("FILE: a name with a line feed in it cannot be asked for"));
    start_winsock();
    SOCKET connection = connect_to(host, port);
    /* A computer that has lost its power, or the way to it, says nothing: no end and no error. */
    if (setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, (const char *)&timeout, sizeof(timeout)) != 0)
        die_error(_T("setsockopt(SO_RCVTIMEO)"));

    /* The line feed takes the place of the terminator: that is where the request ends. */
    request[length++] = '\n';
    for (int sent = 0; sent < length; sent += bytes) {
        bytes = send(connection, request + sent, length - sent, 0);
        if (bytes == SOCKET_ERROR)
            die_error(_T("send(%s)"), host);
    }
    free(request);

    begin_receipt(&receipt, output);
    while ((bytes = recv(connection, data, sizeof(data), 0)) > 0) {
        if (!receive(&receipt, data, (size_t)bytes))
            break;
    }
    if (bytes == SOCKET_ERROR)
        report_error(_T("recv(%s)"), host);
    closesocket(connection);
    WSACleanup();
    return end_receipt(&receipt);
}
