/*
 * socket_client.c - fetches a file over TCP.
 *
 * Shows   getaddrinfo gives a list of addresses, IPv6 and IPv4: try them in turn. recv gives any part of the stream.
 *         A time limit for the whole exchange, of which SO_RCVTIMEO and SO_SNDTIMEO give each call what is left.
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
#include "time_limit.h"

static char *request;
static file_receipt receipt;

static void clean_up(void)
{
    if (receipt.part_path != NULL)
        unlink(receipt.part_path);
}

/* Gives the next call on the connection what is left of --timeout. It holds for connect, too (SO_SNDTIMEO). */
static void limit_next_call(int connection)
{
    const struct timeval limit = time_left_for_call();

    if (setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0 ||
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0)
        die_error("setsockopt");
}

/* Drops what has come when the time is over, and ends the program. */
static void check_time(void)
{
    if (time_left() > 0)
        return;
    report_time_over("the answer");
    drop_receipt(&receipt);
    exit(STATUS_FAILED);
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
        limit_next_call(connection);
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
        check_time();
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
    unsigned long port = 7810, timeout = 60000;

    const option_spec options[] = {
        OPTION_TEXT("--host", "H", &host, "ask that computer (localhost)"),
        OPTION_NUMBER("--port", "N", &port, 1, 65535, "on that port (7810)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 1, INT_MAX, "take MS at most for all of it (60000)"),
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
    /* A computer that has lost its power, or the way to it, says nothing: no end and no error. */
    begin_time_limit(timeout);
    begin_receipt(&receipt, output);
    run_at_end(clean_up);
    int connection = connect_to(host, port);

    /* The line feed takes the place of the terminator: that is where the request ends. */
    size_t length = strlen(request);
    ssize_t bytes;
    request[length++] = '\n';
    for (size_t sent = 0; sent < length;) {
        limit_next_call(connection);
        bytes = send(connection, request + sent, length - sent, MSG_NOSIGNAL);
        check_time();
        if (bytes >= 0)
            sent += (size_t)bytes;
        else if (errno != EINTR && errno != EAGAIN)
            die_error("send(%s)", host);
    }

    do {
        limit_next_call(connection);
        bytes = recv(connection, data, sizeof(data), 0);
        if (bytes != 0)
            check_time();
        if (bytes < 0 && errno != EINTR && errno != EAGAIN)
            report_error("recv(%s)", host);
    } while ((bytes < 0 && (errno == EINTR || errno == EAGAIN)) ||
             (bytes > 0 && add_to_receipt(&receipt, data, (size_t)bytes)));
    close(connection);
    return end_receipt(&receipt);
}
