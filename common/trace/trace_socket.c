/* trace_socket.c - the address of a socket as text. */
#include <stdio.h>
#include <ws2tcpip.h>

#include "trace_internal.h"

void trace_address(trace_call *call, const char *name, const SOCKADDR *address)
{
    char host[INET6_ADDRSTRLEN] = "?", text[INET6_ADDRSTRLEN + 10];

    if (address != NULL && address->sa_family == AF_INET) {
        const SOCKADDR_IN *ipv4 = (const SOCKADDR_IN *)address;
        inet_ntop(AF_INET, &ipv4->sin_addr, host, sizeof(host));
        snprintf(text, sizeof(text), "%s:%d", host, ntohs(ipv4->sin_port));
    } else if (address != NULL && address->sa_family == AF_INET6) {
        const SOCKADDR_IN6 *ipv6 = (const SOCKADDR_IN6 *)address;
        inet_ntop(AF_INET6, &ipv6->sin6_addr, host, sizeof(host));
        snprintf(text, sizeof(text), "[%s]:%d", host, ntohs(ipv6->sin6_port));
    } else {
        trace_given(call, name, address != NULL);
        return;
    }
    trace_word(call, name, text);
}

void trace_buffers(trace_call *call, const char *name, const WSABUF *buffers, DWORD count, DWORD bytes)
{
    trace_put_key(call, name);
    trace_put(call, "[");
    for (DWORD i = 0; i < count && (i == 0 || bytes > 0); i++) {
        DWORD part = buffers[i].len < bytes ? buffers[i].len : bytes;
        if (i > 0)
            trace_put(call, ",");
        trace_data(call, NULL, buffers[i].buf, part);
        bytes -= part;
    }
    trace_put(call, "]");
}

void trace_local(trace_call *call, SOCKET s)
{
    SOCKADDR_STORAGE address;
    int bytes = sizeof(address);

    if (getsockname(s, (SOCKADDR *)&address, &bytes) == 0)
        trace_address(call, "local", (const SOCKADDR *)&address);
}

void trace_peer(trace_call *call, SOCKET s)
{
    SOCKADDR_STORAGE address;
    int bytes = sizeof(address);

    if (getpeername(s, (SOCKADDR *)&address, &bytes) == 0)
        trace_address(call, "peer", (const SOCKADDR *)&address);
}
