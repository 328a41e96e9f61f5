/*
 * socket_server.c - serves files over TCP: the Unix socket server, with another kind of address.
 *
 * Shows   getaddrinfo, socket, bind, listen, poll, accept. SO_REUSEADDR: a new server need not wait for the connections
 *         of the last one to be forgotten.
 * Run     socket_server [--port N] [--any] [--root DIR] [--clients N] [--patience MS]
 * With    socket_client.c or SocketClient.c, started after this one
 * Win32   SocketServer.c
 */
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../05-named-pipe/posix/stream_service.h"

enum { LISTENERS_MAX = 2 }; /* one for IPv6, one for IPv4 */

/* -1, with the error, when this address cannot be had. */
static int listen_on_address(const struct addrinfo *address)
{
    const int yes = 1;
    int listener = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
    if (listener < 0)
        return -1;

    /* IPV6_V6ONLY: IPv4 has a listener of its own. */
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0 ||
        (address->ai_family == AF_INET6 && setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) < 0) ||
        bind(listener, address->ai_addr, address->ai_addrlen) < 0 || listen(listener, SOMAXCONN) < 0) {
        int error = errno;
        close(listener);
        errno = error;
        return -1;
    }
    return listener;
}

/* Listens with IPv6 and IPv4 as far as the computer has them, and gives the number of listeners. */
static nfds_t listen_on(struct pollfd listeners[LISTENERS_MAX], unsigned long *port, bool is_any)
{
    const struct addrinfo hints = {.ai_flags = is_any ? AI_PASSIVE : 0, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses;
    struct sockaddr_in6 bound;
    char service[24];
    nfds_t count = 0;

    format_text(service, sizeof(service), "%lu", *port);
    int error = getaddrinfo(NULL, service, &hints, &addresses);
    if (error != 0) {
        report("getaddrinfo(port %s): %s", service, gai_strerror(error));
        exit(STATUS_FAILED);
    }
    for (const struct addrinfo *address = addresses; address != NULL && count < LISTENERS_MAX;
         address = address->ai_next) {
        /* The same port as the first; it is at the same place in both kinds of addresses. */
        if (count > 0)
            ((struct sockaddr_in *)(void *)address->ai_addr)->sin_port = htons((in_port_t)*port);
        int listener = listen_on_address(address);
        if (listener >= 0) {
            socklen_t bytes = sizeof(bound);
            if (getsockname(listener, (struct sockaddr *)&bound, &bytes) < 0)
                die_error("getsockname");
            *port = ntohs(bound.sin6_port);
            listeners[count++] = (struct pollfd){.fd = listener, .events = POLLIN};
        } else if (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL) {
            report_error("bind(port %lu, %s)", *port, address->ai_family == AF_INET6 ? "IPv6" : "IPv4");
            report("hint: another program has this port; end it, or choose another --port");
            exit(STATUS_FAILED);
        }
    }
    freeaddrinfo(addresses);
    if (count == 0)
        die_error("bind(port %lu)", *port);
    return count;
}

int main(int argc, char *argv[])
{
    const char *root = ".";
    unsigned long port = 7810, clients = 0, patience = 10000;
    bool is_any = false;
    struct pollfd listeners[LISTENERS_MAX];

    const option_spec options[] = {
        OPTION_NUMBER("--port", "N", &port, 0, 65535, "serve on that port; 0: on any free one (7810)"),
        OPTION_FLAG("--any", &is_any, "let clients on other computers in"),
        OPTION_TEXT("--root", "DIR", &root, "serve the files directly in DIR (the current folder)"),
        OPTION_NUMBER("--clients", "N", &clients, 1, ULONG_MAX, "end after N clients (no limit)"),
        OPTION_NUMBER("--patience", "MS", &patience, 1, INT_MAX, "cut off a client that does nothing for MS (10000)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Serves files over TCP, with a thread for each client.", NULL, options);
    serve_folder(root);
    signal(SIGPIPE, SIG_IGN); /* a client that has gone is an error of write, not our end */
    nfds_t count = listen_on(listeners, &port, is_any);
    print("waiting for clients on port %lu, from %s\n", port, is_any ? "everywhere" : "this computer alone");

    for (unsigned long client = 0; clients == 0 || client < clients;) {
        if (poll(listeners, count, -1) < 0)
            die_error("poll");
        for (nfds_t i = 0; i < count && (clients == 0 || client < clients); i++) {
            int connection = listeners[i].revents == 0 ? -1 : accept4(listeners[i].fd, NULL, NULL, SOCK_CLOEXEC);
            if (connection >= 0)
                begin_visit(connection, ++client, (int)patience);
            else if (listeners[i].revents != 0)
                report_error("accept"); /* a client that has gone again already */
        }
    }
    wait_for_visits();
    return 0;
}
