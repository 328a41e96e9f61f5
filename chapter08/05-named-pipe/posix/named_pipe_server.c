/*
 * named_pipe_server.c - serves files through FIFOs, one client after another.
 *
 * Shows   mkfifo. A FIFO goes one way and knows no connections: all clients write into one, and for the answer each
 *         brings one of its own, whose name is a part of the request: "PID FILE".
 * Run     named_pipe_server [--name NAME] [--root DIR] [--clients N] [--patience MS]
 * With    named_pipe_client.c, started after this one; stream_service.c
 * Win32   NamedPipe_Server.c
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stream_service.h"

static char *path;

static void remove_fifo(void)
{
    unlink(path);
}

/* Makes the FIFO, or takes over one that a killed server has left; a lock, which ends with its process, tells. */
static int open_requests(void)
{
    if (mkfifo(path, 0600) < 0 && errno != EEXIST)
        die_error("mkfifo(%s)", path);
    int requests = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (requests < 0)
        die_error("open(%s)", path);
    if (flock(requests, LOCK_EX | LOCK_NB) < 0) {
        report_error("flock(%s)", path);
        if (errno == EWOULDBLOCK)
            report("hint: another server has this name; end it, or choose another --name");
        exit(STATUS_FAILED);
    }
    run_at_end(remove_fifo);
    /* A writer of our own, which never writes: else each client that goes would be the end of the file. */
    if (open(path, O_WRONLY | O_CLOEXEC) < 0)
        die_error("open(%s, O_WRONLY)", path);
    return requests;
}

/* The FIFO of the client with that process id. -1: it has gone, or there is none. */
static int open_answer(const char *name, const char *pid)
{
    struct stat status;
    char ending[32];

    format_text(ending, sizeof(ending), "%s.answer", pid);
    char *answer_path = runtime_path(name, ending);
    /* Without waiting: where nobody reads any more, this fails with ENXIO. */
    int answer = open(answer_path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    free(answer_path);
    if (answer >= 0 && (fstat(answer, &status) < 0 || !S_ISFIFO(status.st_mode))) {
        close(answer);
        return -1;
    }
    return answer;
}

/* Serves the request "PID FILE" in reply->data. Gives why that was not possible, or NULL. */
static const char *serve(const char *name, file_reply *reply, size_t length, int patience)
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

    int answer = open_answer(name, reply->data);
    if (answer < 0)
        return "gone before it had its answer";
    length -= digits + 1;
    memmove(reply->data, reply->data + digits + 1, length);
    begin_reply(reply, length, true);
    const char *trouble = send_reply(answer, reply, patience) ? NULL : "gone, or not reading for too long";
    close(answer);
    return trouble;
}

int main(int argc, char *argv[])
{
    const char *name = "simple_pipe", *root = ".";
    unsigned long clients = 0, patience = 10000;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "serve on the FIFO NAME (simple_pipe)"),
        OPTION_TEXT("--root", "DIR", &root, "serve the files directly in DIR (the current folder)"),
        OPTION_NUMBER("--clients", "N", &clients, 1, ULONG_MAX, "end after N clients (no limit)"),
        OPTION_NUMBER("--patience", "MS", &patience, 1, INT_MAX, "cut off a client that does nothing for MS (10000)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Serves files through FIFOs, one client after another.", NULL, options);
    serve_folder(root);
    signal(SIGPIPE, SIG_IGN); /* a client that has gone is an error of write, not our end */

    path = runtime_path(name, "requests");
    int requests = open_requests();
    print("waiting for clients on %s\n", path);

    for (unsigned long client = 1; clients == 0 || client <= clients; client++) {
        file_reply *reply = calloc(1, sizeof(*reply));
        if (reply == NULL)
            die_error("calloc");
        /* A write of up to PIPE_BUF bytes is never mixed with another, so whoever keeps to that has its line whole. */
        wait_for(requests, POLLIN, -1);
        ssize_t length = read_request(requests, reply->data, PIPE_BUF, (int)patience);
        end_reply(reply, client, length < 0 ? "half a request" : serve(name, reply, (size_t)length, (int)patience));
        free(reply);
    }
    return 0;
}
