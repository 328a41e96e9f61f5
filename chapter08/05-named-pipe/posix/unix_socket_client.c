/*
 * unix_socket_client.c - fetches a file through a Unix socket.
 *
 * Shows   socket and connect with AF_UNIX; a request that ends with a line feed, since a stream has no messages.
 * Run     unix_socket_client [--name NAME] [--output FILE] [FILE]
 * With    unix_socket_server.c, started before this one
 * Win32   NamedPipe_Client.c, NamedPipe_Fetch.c
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../shared/file_service.h"
#include "runtime_path.h"

static char *path, *request;
static file_receipt receipt;

static void clean_up(void)
{
    if (receipt.part_path != NULL)
        unlink(receipt.part_path);
}

/* send may take less than it is given: it tells how much. MSG_NOSIGNAL: no SIGPIPE when the server has gone. */
static void send_request(int connection, size_t length)
{
    for (size_t sent = 0; sent < length;) {
        ssize_t bytes = send(connection, request + sent, length - sent, MSG_NOSIGNAL);
        if (bytes < 0) {
            report_error("send(%s)", path); /* the server may have said why: read on */
            return;
        }
        sent += (size_t)bytes;
    }
}

/* Receives until the server ends the connection. */
static void receive_answer(int connection)
{
    static char data[CHUNK_BYTES];
    ssize_t bytes;

    while ((bytes = recv(connection, data, sizeof(data), 0)) > 0) {
        if (!add_to_receipt(&receipt, data, (size_t)bytes))
            return;
    }
    if (bytes < 0)
        report_error("recv(%s)", path);
}

int main(int argc, char *argv[])
{
    const char *name = "simple_pipe", *output = NULL;
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "ask on the socket NAME (simple_pipe)"),
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

    path = runtime_path(name, "socket");
    if (!format_text(address.sun_path, sizeof(address.sun_path), "%s", path))
        die_usage("--name: the path of a Unix socket has less than %zu bytes", sizeof(address.sun_path));
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0)
        die_error("socket(AF_UNIX)");
    if (connect(connection, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        report_error("connect(%s)", path);
        if (errno == ENOENT || errno == ECONNREFUSED)
            report("hint: start unix_socket_server first, with the same --name");
        return STATUS_FAILED;
    }

    begin_receipt(&receipt, output);
    run_at_end(clean_up);
    size_t length = strlen(request);
    request[length] = '\n'; /* in place of the terminator */
    send_request(connection, length + 1);
    receive_answer(connection);
    close(connection);
    return end_receipt(&receipt);
}
