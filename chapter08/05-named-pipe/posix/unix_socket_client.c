/*
 * unix_socket_client.c - fetches a file through a Unix socket.
 *
 * Shows   socket and connect with AF_UNIX; a request that ends with a line feed, since a stream has no messages; a time
 *         limit for the whole exchange, of which SO_RCVTIMEO and SO_SNDTIMEO give each call what is left.
 * Run     unix_socket_client [--name NAME] [--timeout MS] [--output FILE] [FILE]
 * With    unix_socket_server.c, started before this one
 * Win32   NamedPipe_Client.c, NamedPipe_Fetch.c
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../shared/file_service.h"
#include "runtime_path.h"
#include "time_limit.h"

static char *path, *request;
static file_receipt receipt;

static void clean_up(void)
{
    if (receipt.part_path != NULL)
        unlink(receipt.part_path);
}

/*
 * Gives the next call on the connection what is left of --timeout. connect waits, too, where the server's queue is
 * full: as long as SO_SNDTIMEO says.
 */
static void limit_next_call(int connection)
{
    const struct timeval limit = time_left_for_call();

    if (setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0 ||
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0)
        die_error("setsockopt(%s)", path);
}

/* send may take less than it is given: it tells how much. MSG_NOSIGNAL: no SIGPIPE when the server has gone. */
static void send_request(int connection, size_t length)
{
    for (size_t sent = 0; sent < length;) {
        limit_next_call(connection);
        ssize_t bytes = send(connection, request + sent, length - sent, MSG_NOSIGNAL);
        if (bytes < 0 && errno == EINTR)
            continue;
        if (bytes < 0 && errno != EAGAIN)
            report_error("send(%s)", path); /* the server may have said why: read on */
        if (bytes < 0)
            return;
        sent += (size_t)bytes;
    }
}

/* Receives until the server ends the connection. False when the time is over. */
static bool receive_answer(int connection)
{
    static char data[CHUNK_BYTES];
    ssize_t bytes;

    do {
        limit_next_call(connection);
        bytes = recv(connection, data, sizeof(data), 0);
        if (bytes < 0 && errno != EINTR && errno != EAGAIN)
            report_error("recv(%s)", path);
        if (time_left() == 0 && bytes != 0)
            return false;
    } while ((bytes < 0 && (errno == EINTR || errno == EAGAIN)) ||
             (bytes > 0 && add_to_receipt(&receipt, data, (size_t)bytes)));
    return true;
}

int main(int argc, char *argv[])
{
    const char *name = "simple_pipe", *output = NULL;
    unsigned long timeout = 60000;
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "ask on the socket NAME (simple_pipe)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 1, INT_MAX, "take MS at most for all of it (60000)"),
        OPTION_TEXT("--output", "FILE", &output, "write to FILE, which appears when it is complete (the screen)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int files = parse_options(argc, argv, "Fetches FILE (news.txt) through a Unix socket.", "[FILE]", options);
    request = strdup(files > 0 ? argv[1] : "news.txt");
    if (request == NULL)
        die_error("strdup");
    if (strchr(request, '\n') != NULL)
        die_usage("FILE: a name with a line feed in it cannot be asked for");

    begin_time_limit(timeout);
    begin_receipt(&receipt, output);
    path = runtime_path(name, "socket");
    is_ours(path, S_IFSOCK);
    if (!format_text(address.sun_path, sizeof(address.sun_path), "%s", path))
        die_usage("--name: the path of a Unix socket has less than %zu bytes", sizeof(address.sun_path));
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0)
        die_error("socket(AF_UNIX)");
    limit_next_call(connection);
    if (connect(connection, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        report_error("connect(%s)", path);
        if (errno == EAGAIN)
            report("hint: the server took nobody for %lu ms", timeout);
        if (errno == ENOENT || errno == ECONNREFUSED)
            report("hint: start unix_socket_server first, with the same --name");
        return STATUS_FAILED;
    }

    run_at_end(clean_up);
    size_t length = strlen(request);
    request[length] = '\n'; /* in place of the terminator */
    send_request(connection, length + 1);
    bool is_in_time = receive_answer(connection);
    close(connection);
    if (!is_in_time) {
        report_time_over("the answer");
        drop_receipt(&receipt);
        return STATUS_FAILED;
    }
    return end_receipt(&receipt);
}
