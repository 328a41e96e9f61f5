/*
 * unix_socket_client.c - fetches a file through a Unix socket.
 *
 * Shows   socket and connect with AF_UNIX; a request that ends with a line feed, since a stream has no messages.
 * Run     unix_socket_client [--name NAME] [--output FILE] [FILE]
 * With    unix_socket_server.c, started before this one; stream_service.c
 * Win32   NamedPipe_Client.c
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "stream_service.h"

static char *path, *request;

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
    signal(SIGPIPE, SIG_IGN);
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0)
        die_error("socket(AF_UNIX)");
    if (connect(connection, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        report_error("connect(%s)", path);
        if (errno == ENOENT || errno == ECONNREFUSED)
            report("hint: start unix_socket_server first, with the same --name");
        return STATUS_FAILED;
    }

    size_t length = strlen(request);
    request[length] = '\n'; /* in place of the terminator */
    for (size_t sent = 0; sent < length + 1;) {
        ssize_t bytes = write(connection, request + sent, length + 1 - sent);
        if (bytes < 0) {
            report_error("write(%s)", path); /* the server may have said why: read on */
            break;
        }
        sent += (size_t)bytes;
    }

    int status = fetch_answer(connection, output);
    close(connection);
    return status;
}
