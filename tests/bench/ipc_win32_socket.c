/* ipc_win32_socket.c - TCP on the loopback interface. */
#include <stdlib.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include "ipc_win32.h"

static SOCKET listener, connection;

/* WSAStartup returns its error; the other calls of Winsock set what GetLastError gives. */
static void begin_winsock(void)
{
    WSADATA data;
    int error = WSAStartup(MAKEWORD(2, 2), &data);

    SetLastError((DWORD)error);
    check(error == 0, _T("WSAStartup"));
}

static struct sockaddr_in loopback(unsigned short port)
{
    struct sockaddr_in address = {0};

    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void create_socket(TCHAR address[ADDRESS_CHARS], size_t size)
{
    struct sockaddr_in own = loopback(0);
    int own_bytes = sizeof(own);

    (void)size;
    begin_winsock();
    listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    check(listener != INVALID_SOCKET, _T("socket"));
    check(bind(listener, (struct sockaddr *)&own, sizeof(own)) == 0, _T("bind"));
    check(getsockname(listener, (struct sockaddr *)&own, &own_bytes) == 0, _T("getsockname"));
    check(listen(listener, 1) == 0, _T("listen"));
    format_text(address, ADDRESS_CHARS, _T("%d"), ntohs(own.sin_port));
}

void open_socket(const TCHAR *address, size_t size, bool isChild)
{
    unsigned long port = 0;
    /* Otherwise TCP holds a small message back until the one before it is acknowledged. */
    DWORD isImmediate = TRUE;

    (void)size;
    if (isChild) {
        if (!parse_number(address, 1, 65535, &port))
            die_usage(_T("--child: '%s' is not a port"), address);
        struct sockaddr_in server = loopback((unsigned short)port);

        begin_winsock();
        connection = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
        check(connection != INVALID_SOCKET, _T("socket"));
        check(connect(connection, (struct sockaddr *)&server, sizeof(server)) == 0, _T("connect"));
    } else {
        connection = accept(listener, NULL, NULL);
        check(connection != INVALID_SOCKET, _T("accept"));
    }
    check(setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, (const char *)&isImmediate, sizeof(isImmediate)) == 0,
          _T("setsockopt"));
}

void send_socket(const char *message, size_t size)
{
    while (size > 0) {
        int bytes = send(connection, message, (int)size, 0);
        check(bytes != SOCKET_ERROR, _T("send"));
        message += bytes;
        size -= (size_t)bytes;
    }
}

void receive_socket(char *message, size_t size)
{
    while (size > 0) {
        int bytes = recv(connection, message, (int)size, 0);
        if (bytes == 0)
            SetLastError(WSAECONNRESET);
        check(bytes > 0, _T("recv"));
        message += bytes;
        size -= (size_t)bytes;
    }
}
