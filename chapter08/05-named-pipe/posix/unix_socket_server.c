/*
 * unix_socket_server.c - serves files through a Unix socket, with a thread for each client.
 *
 * Shows   socket, bind, listen, accept with AF_UNIX: like a named pipe it goes both ways and has one connection for
 *         each client. SO_RCVTIMEO and SO_SNDTIMEO: no call on a connection waits longer.
 * Run     unix_socket_server [--name NAME] [--root DIR] [--clients N] [--patience MS]
 * With    unix_socket_client.c, started after this one
 * Win32   NamedPipe_ServerThread.c
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "../shared/client_count.h"
#include "../shared/file_service.h"
#include "../shared/shortage.h"
#include "runtime_path.h"
#include "time_limit.h"

struct client {
    int connection;
    unsigned long number;
    file_reply reply;
};

static service_settings settings = SERVICE_DEFAULTS;
static char *path;
static struct stat bound; /* the socket that bind has made */

/* Runs in a signal handler, too. What has come to lie there since is not removed. */
static void remove_socket(void)
{
    struct stat status;

    if (lstat(path, &status) == 0 && status.st_dev == bound.st_dev && status.st_ino == bound.st_ino)
        unlink(path);
}

static int listen_on_path(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct sockaddr *name = (const struct sockaddr *)&address;
    bool is_left = is_ours(path, S_IFSOCK);

    if (!format_text(address.sun_path, sizeof(address.sun_path), "%s", path))
        die_usage("--name: the path of a Unix socket has less than %zu bytes", sizeof(address.sun_path));
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0)
        die_error("socket(AF_UNIX)");
    if (connect(listener, name, sizeof(address)) == 0) {
        report("another server listens on %s; end it, or choose another --name", path);
        exit(STATUS_FAILED);
    }
    /* Nobody listens: a server that was killed has left its socket behind. Otherwise it is another program's. */
    if (is_left && errno != ECONNREFUSED)
        die_error("connect(%s)", path);
    if (is_left && unlink(path) < 0)
        die_error("unlink(%s)", path);
    if (bind(listener, name, sizeof(address)) < 0 || lstat(path, &bound) < 0)
        die_error("bind(%s)", path);
    run_at_end(remove_socket);
    if (listen(listener, SOMAXCONN) < 0)
        die_error("listen(%s)", path);
    return listener;
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

static void *serve_client(void *context)
{
    struct client *client = context;
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
    free(client);
    uncount_client();
    return NULL;
}

/* False, with the error, where there is no memory or no thread for one more. */
static bool begin_client(int connection, unsigned long number)
{
    struct client *client = calloc(1, sizeof(*client));
    pthread_t thread;

    if (client == NULL)
        return false; /* ENOMEM */
    client->connection = connection;
    client->number = number;
    count_client();
    errno = pthread_create(&thread, NULL, serve_client, client);
    if (errno == 0)
        return pthread_detach(thread) == 0;
    uncount_client();
    free(client);
    return false;
}

int main(int argc, char *argv[])
{
    const char *name = "simple_pipe";

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "serve on the socket NAME (simple_pipe)"),
        SERVICE_OPTIONS(settings),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Serves files through a Unix socket, with a thread for each client.", NULL, options);
    serve_folder(settings.root);
    const struct timeval patience = {.tv_sec = (time_t)(settings.patience / 1000),
                                     .tv_usec = (suseconds_t)(settings.patience % 1000 * 1000)};

    path = runtime_path(name, "socket");
    int listener = listen_on_path();
    print("waiting for clients on %s\n", path);

    for (unsigned long number = 1; settings.clients == 0 || number <= settings.clients; number++) {
        int connection;
        /* Whoever comes while there is no descriptor, thread or memory waits in the queue of listen, or here. */
        while ((connection = accept(listener, NULL, NULL)) < 0)
            wait_out_shortage("accept", number);
        if (setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
            setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
            report_error("setsockopt(client %lu)", number);
        while (!begin_client(connection, number))
            wait_out_shortage("pthread_create", number);
    }
    wait_for_clients();
    return 0;
}
