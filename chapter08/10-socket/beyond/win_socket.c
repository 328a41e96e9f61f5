/*
 * win_socket.c - starts Winsock and listens.
 *
 * Shows   WSAStartup; getaddrinfo with AI_PASSIVE (every address of this computer) or without (its loopback alone);
 *         SO_EXCLUSIVEADDRUSE: without it another program could take a part of our clients.
 */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <stdlib.h>

#include "win_socket.h"

void start_winsock(void)
{
    WSADATA data;
    int error = WSAStartup(MAKEWORD(2, 2), &data);
    if (error != 0) {
        SetLastError((DWORD)error);
        die_error(_T("WSAStartup"));
    }
}

/* INVALID_SOCKET, with the error, when this address cannot be had. */
static SOCKET listen_on_address(const ADDRINFOT *address)
{
    DWORD yes = 1;
    SOCKET listener = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (listener == INVALID_SOCKET)
        return INVALID_SOCKET;

    /* IPV6_V6ONLY: IPv4 has a listener of its own. */
    if (setsockopt(listener, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const char *)&yes, sizeof(yes)) != 0 ||
        (address->ai_family == AF_INET6 &&
         setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, (const char *)&yes, sizeof(yes)) != 0) ||
        bind(listener, address->ai_addr, (int)address->ai_addrlen) != 0 || listen(listener, SOMAXCONN) != 0) {
        DWORD error = GetLastError();
        closesocket(listener);
        SetLastError(error);
        return INVALID_SOCKET;
    }
    return listener;
}

/* The port that bind has chosen. */
static DWORD port_of(SOCKET listener)
{
    SOCKADDR_STORAGE address;
    int bytes = sizeof(address);

    if (getsockname(listener, (SOCKADDR *)&address, &bytes) != 0)
        die_error(_T("getsockname"));
    /* The port is at the same place in both kinds of addresses. */
    return ntohs(((const SOCKADDR_IN *)&address)->sin_port);
}

int listen_on(SOCKET listeners[LISTENERS_MAX], DWORD *port, bool is_any)
{
    ADDRINFOT hints = {0}, *addresses;
    TCHAR service[16];
    int count = 0;

    hints.ai_flags = is_any ? AI_PASSIVE : 0;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_protocol = IPPROTO_TCP;
    format_text(service, 16, _T("%lu"), *port);
    if (GetAddrInfo(NULL, service, &hints, &addresses) != 0)
        die_error(_T("getaddrinfo(port %s)"), service);

    for (const ADDRINFOT *address = addresses; address != NULL && count < LISTENERS_MAX; address = address->ai_next) {
        if (address->ai_family != AF_INET && address->ai_family != AF_INET6)
            continue;
        if (count > 0) /* the same port as the first */
            ((SOCKADDR_IN *)address->ai_addr)->sin_port = htons((u_short)*port);
        SOCKET listener = listen_on_address(address);
        if (listener != INVALID_SOCKET) {
            listeners[count++] = listener;
            *port = port_of(listener);
        } else if (GetLastError() != WSAEAFNOSUPPORT && GetLastError() != WSAEADDRNOTAVAIL) {
            report_error(_T("bind(port %lu, %s)"), *port, address->ai_family == AF_INET6 ? _T("IPv6") : _T("IPv4"));
            report(_T("hint: another program has this port; end it, or choose another --port"));
            exit(STATUS_FAILED);
        }
    }
    FreeAddrInfo(addresses);
    if (count == 0)
        die_error(_T("bind(port %lu)"), *port);
    return count;
}

SOCKET wait_for_caller(const SOCKET listeners[], int count)
{
    fd_set callers;

    FD_ZERO(&callers);
    for (int i = 0; i < count; i++)
        FD_SET(listeners[i], &callers);
    if (select(0, &callers, NULL, NULL, NULL) == SOCKET_ERROR)
        die_error(_T("select"));
    for (int i = 0; i < count; i++) {
        if (FD_ISSET(listeners[i], &callers))
            return listeners[i];
    }
    return listeners[0];
}
