/*
 * SocketBorders.c - what becomes of messages on a stream, and how a mark at their end brings them back.
 *
 * Shows   send and recv: their numbers and lengths need not match. A pipe of messages keeps borders; TCP has none.
 * Run     SocketBorders
 */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <stdlib.h>
#include <string.h>

#include "companion.h"

static const char *const messages[] = {"first", "second", "third"};

/* Two ends of a connection within this process. */
static void connect_ends(SOCKET ends[2])
{
    SOCKADDR_IN address = {0};
    int bytes = sizeof(address);

    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    SOCKET listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (listener == INVALID_SOCKET)
        die_error(_T("socket"));
    if (bind(listener, (SOCKADDR *)&address, sizeof(address)) != 0 || listen(listener, 1) != 0)
        die_error(_T("bind, listen"));
    if (getsockname(listener, (SOCKADDR *)&address, &bytes) != 0) /* the port that bind has chosen */
        die_error(_T("getsockname"));
    ends[0] = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (ends[0] == INVALID_SOCKET || connect(ends[0], (SOCKADDR *)&address, bytes) != 0)
        die_error(_T("connect"));
    ends[1] = accept(listener, NULL, NULL);
    if (ends[1] == INVALID_SOCKET)
        die_error(_T("accept"));
    closesocket(listener);
}

/* Sends each message, with a mark behind it or without, and then the end: so all of it is there to be received. */
static void send_messages(SOCKET sender, const char *mark)
{
    char text[16];

    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        int length = snprintf(text, sizeof(text), "%s%s", messages[i], mark);
        if (send(sender, text, length, 0) != length)
            die_error(_T("send"));
    }
    shutdown(sender, SD_SEND);
}

static void show(const TCHAR *what, const char *data, int bytes)
{
    TCHAR *text = text_from_utf8(data, (size_t)bytes);
    print(_T("%s: %s\n"), what, text);
    free(text);
}

/* MSG_WAITALL: until the room is full or the stream ends. Without it, recv may give any part. */
static int receive_up_to(SOCKET receiver, char *data, int room)
{
    int bytes = recv(receiver, data, room, MSG_WAITALL);
    if (bytes == SOCKET_ERROR)
        die_error(_T("recv"));
    return bytes;
}

int _tmain(int argc, TCHAR *argv[])
{
    const option_spec options[] = {OPTIONS_END};
    SOCKET ends[2];
    WSADATA winsock;
    char data[64];
    int bytes;

    companion_init(argv[0]);
    parse_options(argc, argv, _T("Shows what becomes of messages on a stream."), NULL, options);
    int error = WSAStartup(MAKEWORD(2, 2), &winsock);
    if (error != 0) {
        SetLastError((DWORD)error);
        die_error(_T("WSAStartup"));
    }
    print(_T("send 5 bytes, send 6 bytes, send 5 bytes\n"));

    connect_ends(ends);
    send_messages(ends[0], "");
    bytes = receive_up_to(ends[1], data, sizeof(data));
    show(_T("recv with room for 64"), data, bytes);
    closesocket(ends[0]);
    closesocket(ends[1]);

    connect_ends(ends);
    send_messages(ends[0], "");
    while ((bytes = receive_up_to(ends[1], data, 4)) > 0)
        show(_T("recv with room for 4"), data, bytes);
    closesocket(ends[0]);
    closesocket(ends[1]);

    connect_ends(ends);
    send_messages(ends[0], "\n");
    int length = 0;
    while ((bytes = recv(ends[1], data + length, (int)sizeof(data) - length, 0)) > 0)
        length += bytes;
    for (char *line = data, *end; (end = memchr(line, '\n', (size_t)(data + length - line))) != NULL; line = end + 1)
        show(_T("a line"), line, (int)(end - line));
    closesocket(ends[0]);
    closesocket(ends[1]);
    WSACleanup();
    return 0;
}
