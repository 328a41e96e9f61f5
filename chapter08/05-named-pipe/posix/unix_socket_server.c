/*
 * unix_socket_server.c - serves files through a Unix socket, with a thread for each client.
 *
 * Shows   socket, bind, listen, accept with AF_UNIX: like a named pipe it goes both ways and has one connection for
 *         each client.
 * Run     unix_socket_server [--name NAME] [--root DIR] [--clients N] [--patience MS]
 * With    unix_socket_client.c, started after this one; stream_visit.c
 * Win32   NamedPipe_ServerThread.c
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "stream_service.h"

static char *path;

static void remove_socket(void)
{
    unlink(path);
}

/* Whether somebody answers there: else a server that was killed has left its socket behind. */
static bool is_alive(const struct sockaddr_un *address)
{
    int caller = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is = caller >= 0 && connect(caller, (const struct sockaddr *)address, sizeof(*address)) == 0;

    close(caller);
    return is;
}

static int listen_on(const char *socket_path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (!format_text(address.sun_path, sizeof(address.sun_path), "%s", socket_path))
        die_usage("--name: the path of a Unix socket has less than %zu bytes", sizeof(address.sun_path));
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0)
        die_error("socket(AF_UNIX)");
    while (bind(listener, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        if (errno != EADDRINUSE)
            die_error("bind(%s)", socket_path);
        if (is_alive(&address)) {
            report("another server listens on %s; end it, or choose another --name", socket_path);
            exit(STATUS_FAILED);
        }
        if (unlink(socket_path) < 0)
            die_error("unlink(%s)", socket_path);
    }
    run_at_end(remove_socket);
    if (listen(listener, SOMAXCONN) < 0)
        die_error("listen(%s)", socket_path);
    return listener;
}

int main(int argc, char *argv[])
{
    const char *name = "simple_pipe", *root = ".";
    unsigned long clients = 0, patience = 10000;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "serve on the socket NAME (simple_pipe)"),
        OPTION_TEXT("--root", "DIR", &root, "serve the files directly in DIR (the current folder)"),
        OPTION_NUMBER("--clients", "N", &clients, 1, ULONG_MAX, "end after N clients (no limit)"),
        OPTION_NUMBER("--patience", "MS", &patience, 1, INT_MAX, "cut off a client that does nothing for MS (10000)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Serves files through a Unix socket, with a thread for each client.", NULL, options);
    serve_folder(root);
    signal(SIGPIPE, SIG_IGN); /* a client that has gone is an error of write, not our end */

    path = runtime_path(name, "socket");
    int listener = listen_on(path);
    print("waiting for clients on %s\n", path);

    for (unsigned long client = 1; clients == 0 || client <= clients; client++) {
        int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0)
            die_error("accept(%s)", path);
        begin_visit(connection, client, (int)patience);
    }
    wait_for_visits();
    return 0;
}
