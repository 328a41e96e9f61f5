/*
 * named_pipe_server.c - serves files through FIFOs, one client after another.
 *
 * Shows   mkfifo. A FIFO goes one way and knows no connections: all clients write into one, and for the answer each
 *         brings one of its own, whose name is a part of the request: "PID FILE". poll sets a time limit.
 * Run     named_pipe_server [--name NAME] [--root DIR] [--clients N] [--patience MS]
 * With    named_pipe_client.c, started after this one
 * Win32   NamedPipe_Server.c
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../shared/file_service.h"
#include "../shared/shortage.h"
#include "runtime_path.h"

static char *path;
static int requests = -1;
static service_settings settings = SERVICE_DEFAULTS;

/* Runs in a signal handler, too. Without a name our FIFO has been removed, and what lies there now is not ours. */
static void remove_fifo(void)
{
    struct stat status;

    if (fstat(requests, &status) == 0 && status.st_nlink > 0)
        unlink(path);
}

/* Makes the FIFO, or takes over one that a killed server has left; a lock, which ends with its process, tells. */
static void open_requests(void)
{
    /* open would follow a link, and read any kind of file. So look first: in this folder nobody else can change it. */
    if (!is_ours(path, S_IFIFO) && mkfifo(path, 0600) < 0)
        die_error("mkfifo(%s)", path);
    int fifo = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fifo < 0)
        die_error("open(%s)", path);
    if (flock(fifo, LOCK_EX | LOCK_NB) < 0) {
        report_error("flock(%s)", path);
        if (errno == EWOULDBLOCK)
            report("hint: another server has this name; end it, or choose another --name");
        exit(STATUS_FAILED);
    }
    requests = fifo;
    run_at_end(remove_fifo);
    /* A writer of our own, which never writes: else each client that goes would be the end of the file. */
    if (open(path, O_WRONLY | O_CLOEXEC) < 0)
        die_error("open(%s, O_WRONLY)", path);
}

/* The FIFO of the client with that process id, which lies beside ours. -1: it has gone, or there is none. */
static int open_answer(const char *pid)
{
    const int folder_and_name = (int)(strlen(path) - strlen("requests"));
    char answer_path[PATH_MAX];
    struct stat status;

    if (!format_text(answer_path, sizeof(answer_path), "%.*s%s.answer", folder_and_name, path, pid))
        return -1;
    /* Without waiting: where nobody reads any more, this fails with ENXIO. */
    int answer = open(answer_path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (answer < 0 || (fstat(answer, &status) == 0 && S_ISFIFO(status.st_mode)))
        return answer;
    close(answer);
    errno = ENXIO;
    return -1;
}

/* Waits until there is something to read, or room to write. False when `timeout` milliseconds are over; -1: none. */
static bool wait_until_ready(int descriptor, short event, int timeout)
{
    struct pollfd waiting = {.fd = descriptor, .events = event};
    int ready;

    while ((ready = poll(&waiting, 1, timeout)) < 0 && errno == EINTR)
        continue;
    return ready > 0;
}

/* Reads a line of PIPE_BUF bytes at most, and gives its length without the line feed. -1: half a line, and silence. */
static ssize_t read_request(char *line)
{
    while (!wait_until_ready(requests, POLLIN, -1))
        wait_out_shortage("poll", 0); /* ENOMEM */
    /* Byte by byte: what follows the line is another client's. */
    for (size_t length = 0; length < PIPE_BUF;) {
        ssize_t bytes = read(requests, line + length, 1);
        if (bytes == 1 && line[length] == '\n')
            return (ssize_t)length;
        if (bytes == 1)
            length++;
        else if (bytes == 0 || (errno != EAGAIN && errno != EINTR) ||
                 !wait_until_ready(requests, POLLIN, (int)settings.patience))
            return -1;
    }
    return PIPE_BUF;
}

/* Sends what is in reply->data, then the file. Gives why that was not possible, or NULL. */
static const char *send_reply(int answer, file_reply *reply)
{
    ssize_t bytes;

    do {
        for (size_t sent = 0; sent < reply->bytes;) {
            bytes = write(answer, reply->data + sent, reply->bytes - sent);
            if (bytes > 0)
                sent += (size_t)bytes;
            else if ((errno != EAGAIN && errno != EINTR) || !wait_until_ready(answer, POLLOUT, (int)settings.patience))
                return "gone, or not reading for too long";
        }
        bytes = bytes_to_read(reply) == 0 ? 0 : read(reply->file, reply->data, bytes_to_read(reply));
    } while (bytes > 0 && have_read(reply, (size_t)bytes));
    return NULL;
}

/* Serves the request "PID FILE" in reply->data. Gives why that was not possible, or NULL. */
static const char *serve_client(file_reply *reply, size_t length)
{
    size_t digits = 0;
    unsigned long pid;

    while (digits < length && reply->data[digits] >= '0' && reply->data[digits] <= '9')
        digits++;
    if (digits == length || reply->data[digits] != ' ')
        return "a request that does not begin with a process id and a blank";
    reply->data[digits] = '\0';
    if (!parse_number(reply->data, 1, INT_MAX, &pid))
        return "a request with a process id that none can have";
    int answer = open_answer(reply->data);
    if (answer < 0)
        return errno == EMFILE || errno == ENFILE ? "no answer, since this server cannot open one more file"
                                                  : "gone before it had its answer";
    length -= digits + 1;
    memmove(reply->data, reply->data + digits + 1, length);
    begin_reply(reply, length, true);
    const char *trouble = send_reply(answer, reply);
    if (reply->has_file)
        close(reply->file);
    close(answer);
    return trouble;
}

int main(int argc, char *argv[])
{
    static file_reply reply;
    const char *name = "simple_pipe";

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "serve on the FIFO NAME (simple_pipe)"),
        SERVICE_OPTIONS(settings),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Serves files through FIFOs, one client after another.", NULL, options);
    serve_folder(settings.root);
    signal(SIGPIPE, SIG_IGN); /* when a client has gone, write fails, and this program goes on */

    path = runtime_path(name, "requests");
    open_requests();
    print("waiting for clients on %s\n", path);

    for (unsigned long client = 1; settings.clients == 0 || client <= settings.clients; client++) {
        memset(&reply, 0, sizeof(reply));
        /* A write of up to PIPE_BUF bytes is never mixed with another, so whoever keeps to that has its line whole. */
        ssize_t length = read_request(reply.data);
        const char *trouble = length < 0 ? "half a request" : serve_client(&reply, (size_t)length);
        end_reply(&reply, client, trouble);
    }
    return 0;
}
