/*
 * socket_server.c - serves files over TCP: the Unix socket server, with another kind of address.
 *
 * Shows   getaddrinfo, socket, bind, listen, poll, accept. SO_REUSEADDR: a new server need not wait for the connections
 *         of the last one to be forgotten. SO_RCVTIMEO and SO_SNDTIMEO: no call on a connection waits longer.
 * Run     socket_server [--port N] [--any] [--root DIR] [--clients N] [--patience MS]
 * With    socket_client.c or SocketClient.c, started after this one
 * Win32   SocketServer.c
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "../../05-named-pipe/shared/shortage.h"
#include "../shared/client_thread.h"
#include "time_limit.h"

enum { LISTENERS_MAX = 2 }; /* one for IPv6, one for IPv4 */

static service_settings settings = SERVICE_DEFAULTS;

/* Listens with IPv6 and IPv4 as far as the computer has them, both on one port. Gives the number of listeners. */
static nfds_t open_listeners(struct pollfd listeners[LISTENERS_MAX], unsigned long *port, int flags)
{
    const struct addrinfo hints = {.ai_flags = flags, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses;
    struct sockaddr_in6 bound;
    socklen_t bytes = sizeof(bound);
    const int yes = 1;
    nfds_t count = 0;

    int error = getaddrinfo(NULL, "0", &hints, &addresses);
    if (error != 0) {
        report("getaddrinfo: %s", gai_strerror(error));
        exit(STATUS_FAILED);
    }
    for (const struct addrinfo *one = addresses; one != NULL && count < LISTENERS_MAX; one = one->ai_next) {
        int listener = socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol);
        if (listener < 0)
            continue; /* there is no IPv6, or no IPv4 */
        /* The port is at the same place in both kinds of addresses. IPV6_V6ONLY: IPv4 has a listener of its own. */
        ((struct sockaddr_in *)(void *)one->ai_addr)->sin_port = htons((in_port_t)*port);
        bytes = sizeof(bound);
        if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
            (one->ai_family == AF_INET || setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) == 0) &&
            bind(listener, one->ai_addr, one->ai_addrlen) == 0 && listen(listener, SOMAXCONN) == 0 &&
            getsockname(listener, (struct sockaddr *)&bound, &bytes) == 0) {
            *port = ntohs(bound.sin6_port); /* where 0 was asked for, the one that bind has chosen */
            listeners[count++] = (struct pollfd){.fd = listener, .events = POLLIN};
        } else if (errno == EADDRNOTAVAIL) {
            close(listener);
        } else {
            report_error("bind(port %lu, %s)", *port, one->ai_family == AF_INET6 ? "IPv6" : "IPv4");
            report("hint: another program has this port; end it, or choose another --port");
            exit(STATUS_FAILED);
        }
    }
    freeaddrinfo(addresses);
    if (count == 0)
        die_error("bind(port %lu)", *port);
    return count;
}

/*
 * Receives a line, sends the header and the file. Gives why the client has not got its answer, or NULL. The limits of
 * the calls are not enough: who sends, or takes, a byte now and then would keep its thread for ever. So the request,
 * and each piece of the answer, has --patience as a whole.
 */
static const char *answer(int connection, file_reply *reply)
{
    long long end = now_ms() + (long long)settings.patience;
    ssize_t bytes;

    do {
        bytes = recv(connection, reply->data + reply->bytes, CHUNK_BYTES - reply->bytes, 0);
        if (bytes <= 0 || now_ms() > end)
            return "gone, or silent for too long, before it had asked";
    } while (!have_received(reply, (size_t)bytes));
    do {
        end = now_ms() + (long long)settings.patience;
        for (size_t sent = 0; sent < reply->bytes; sent += (size_t)bytes) {
            bytes = send(connection, reply->data + sent, reply->bytes - sent, MSG_NOSIGNAL);
            if (bytes < 0 || now_ms() > end)
                return "gone, or not reading for too long, before it had its answer";
        }
        bytes = bytes_to_read(reply) == 0 ? 0 : read(reply->file, reply->data, bytes_to_read(reply));
    } while (bytes > 0 && have_read(reply, (size_t)bytes));
    return NULL;
}

static void serve_client(socket_client *client)
{
    const char *trouble = answer(client->connection, &client->reply);
    end_reply(&client->reply, client->number, trouble);
    if (client->reply.has_file)
        close(client->reply.file);

    /*
     * To close a socket with unread bytes in it resets the connection, and the client may lose the answer. So this
     * side ends, and what is still coming is read, for a while, until the other side has ended too.
     */
    shutdown(client->connection, SHUT_WR);
    const long long end = now_ms() + (long long)settings.patience;
    while (trouble == NULL && now_ms() < end && recv(client->connection, client->reply.data, CHUNK_BYTES, 0) > 0)
        continue;
    close(client->connection);
}

/* Gives the client a thread of its own, as soon as there is one. False when nobody could be accepted. */
static bool accept_client(int listener, unsigned long number, const struct timeval *patience)
{
    int connection = accept(listener, NULL, NULL);

    if (connection < 0) {
        wait_out_shortage("accept", number); /* whoever came waits in the queue of listen */
        return false;
    }
    if (setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, patience, sizeof(*patience)) < 0 ||
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, patience, sizeof(*patience)) < 0)
        report_error("setsockopt(client %lu)", number);
    while (!start_client(serve_client, connection, number))
        wait_out_shortage("pthread_create", number);
    return true;
}

int main(int argc, char *argv[])
{
    struct pollfd listeners[LISTENERS_MAX];
    unsigned long port = DEFAULT_PORT, clients = 0;
    bool is_any = false;

    const option_spec options[] = {
        OPTION_NUMBER("--port", "N", &port, 0, 65535, "serve on that port; 0: on any free one (7810)"),
        OPTION_FLAG("--any", &is_any, "let clients on other computers in"),
        SERVICE_OPTIONS(settings),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Serves files over TCP, with a thread for each client.", NULL, options);
    serve_folder(settings.root);
    const struct timeval patience = {.tv_sec = (time_t)(settings.patience / 1000),
                                     .tv_usec = (suseconds_t)(settings.patience % 1000 * 1000)};
    nfds_t count = open_listeners(listeners, &port, is_any ? AI_PASSIVE : 0);
    print("waiting for clients on port %lu, from %s\n", port, is_any ? "everywhere" : "this computer alone");

    while (settings.clients == 0 || clients < settings.clients) {
        if (poll(listeners, count, -1) < 0)
            wait_out_shortage("poll", clients + 1);
        /* One of each listener in turn, so that a crowd at one does not keep those at the other waiting. */
        for (nfds_t i = 0; i < count && (settings.clients == 0 || clients < settings.clients); i++) {
            if (listeners[i].revents != 0 && accept_client(listeners[i].fd, clients + 1, &patience))
                clients++;
        }
    }
    wait_for_client_threads();
    return 0;
}
