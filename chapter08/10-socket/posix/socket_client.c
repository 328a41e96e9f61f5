/*
 * socket_client.c - fetches a file over TCP.
 *
 * Shows   getaddrinfo gives a list of addresses, IPv6 and IPv4: try them in turn. recv gives any part of the stream.
 * Run     socket_client [--host H] [--port N] [--timeout MS] [--output FILE] [FILE]
 * With    socket_server.c or SocketServer.c, started before this one
 * Win32   SocketClient.c
 */
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "../../05-named-pipe/shared/file_service.h"

static char *request;
static file_receipt receipt;

static void clean_up(void)
{
    if (receipt.part_path != NULL)
        unlink(receipt.part_path);
}

/* Tries each address of the host until one answers. */
static int connect_to(const char *host, unsigned long port)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses;
    char service[24];
    int connection = -1;

    format_text(service, sizeof(service), "%lu", port);
    int error = getaddrinfo(host, service, &hints, &addresses);
    if (error != 0) {
        report("getaddrinfo(%s): %s", host, gai_strerror(error));
        exit(STATUS_FAILED);
    }
    for (const struct addrinfo *address = addresses; address != NULL; address = address->ai_next) {
        connection = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
        if (connection < 0)
            continue;
        if (connect(connection, address->ai_addr, address->ai_addrlen) == 0)
            break;
        error = errno;
        close(connection);
        errno = error;
        connection = -1;
    }
    error = errno;
    freeaddrinfo(addresses);
    errno = error;
    if (connection < 0) {
        report_error("connect(%s, port %s)", host, service);
        if (errno == ECONNREFUSED)
            report("hint: start socket_server first, with the same --port");
        exit(STATUS_FAILED);
    }
    return connection;
}

int main(int argc, char *argv[])
{
    static char data[CHUNK_BYTES];
    const char *host = "localhost", *output = NULL;
    unsigned long port = 7810, timeout = 30000;

    const option_spec options[] = {
        OPTION_TEXT("--host", "H", &host, "ask that computer (localhost)"),
        OPTION_NUMBER("--port", "N", &port, 1, 65535, "on that port (7810)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 1, INT_MAX, "give up when nothing comes for MS (30000)"),
        OPTION_TEXT("--output", "FILE", &output, "write to FILE, which appears when it is complete (the screen)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int files = parse_options(argc, argv, "Fetches FILE (news.txt) over TCP.", "[FILE]", options);
    request = strdup(files > 0 ? argv[1] : "news.txt");
    if (request == NULL)
        die_error("strdup");
    if (strchr(request, '\n') != NULL)
        die_usage("FILE: a name with a line feed in it cannot be asked for");
    int connection = connect_to(host, port);
    /* A computer that has lost its power, or the way to it, says nothing: no end and no error. */
    const struct timeval limit = {.tv_sec = (time_t)(timeout / 1000), .tv_usec = (suseconds_t)(timeout % 1000 * 1000)};
    if (setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0)
        die_error("setsockopt(SO_RCVTIMEO)");

    /* The line feed takes the place of the terminator: that is where the request ends. */
    size_t length = strlen(request);
    ssize_t bytes;
    request[length++] = '\n';
    for (size_t sent = 0; sent < length; sent += (size_t)bytes) {
        bytes = send(connection, request + sent, length - sent, MSG_NOSIGNAL);
        if (bytes < 0)
            die_error("send(%s)", host);
    }

    begin_receipt(&receipt, output);
    run_at_end(clean_up);
    while ((bytes = recv(connection, data, sizeof(data), 0)) > 0) {
        if (!add_to_receipt(&receipt, data, (size_t)bytes))
            break;
    }
    if (bytes < 0 && errno == EAGAIN)
        report("nothing came for too long");
    else if (bytes < 0)
        report_error("recv(%s)", host);
    close(connection);
    return end_receipt(&receipt);
}
