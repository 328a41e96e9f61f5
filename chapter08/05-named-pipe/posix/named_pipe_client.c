/*
 * named_pipe_client.c - fetches a file through FIFOs.
 *
 * Shows   One FIFO for the request, which the server has made, and one for the answer, which we make.
 * Run     named_pipe_client [--name NAME] [--timeout MS] [--output FILE] [FILE]
 * With    named_pipe_server.c, started before this one
 * Win32   NamedPipe_Client.c, NamedPipe_Fetch.c
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../shared/file_service.h"
#include "runtime_path.h"
#include "time_limit.h"

static char *path, *answer_path;
static bool is_answer_ours;
static file_receipt receipt;

/* Runs in a signal handler, too. */
static void clean_up(void)
{
    if (is_answer_ours)
        unlink(answer_path);
    if (receipt.part_path != NULL)
        unlink(receipt.part_path);
}

/* Makes our FIFO and opens it before anybody is asked to write there. */
static int open_answer(const char *name)
{
    char ending[32];

    format_text(ending, sizeof(ending), "%ld.answer", (long)getpid());
    answer_path = runtime_path(name, ending);
    run_at_end(clean_up);
    /* Left by a client that was killed and had the same id. In this folder nobody else can put a FIFO there since. */
    if (is_ours(answer_path, S_IFIFO) && unlink(answer_path) < 0)
        die_error("unlink(%s)", answer_path);
    is_answer_ours = true;
    if (mkfifo(answer_path, 0600) < 0)
        die_error("mkfifo(%s)", answer_path);
    int answer = open(answer_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (answer < 0)
        die_error("open(%s)", answer_path);
    return answer;
}

/* Waits until there is something to read, or room to write. False when the time is over. */
static bool wait_until_ready(int descriptor, short event)
{
    struct pollfd waiting = {.fd = descriptor, .events = event};
    int ready;

    while ((ready = poll(&waiting, 1, (int)time_left())) < 0 && errno == EINTR)
        continue;
    /* A server that never ceases to send is always ready. */
    return ready > 0 && time_left() > 0;
}

/* Reads until the server closes its end. False when the time is over. */
static bool read_answer(int answer)
{
    static char data[CHUNK_BYTES];
    ssize_t bytes;

    /* First the FIFO has no writer. poll waits for one; read would take that for the end. */
    do {
        if (!wait_until_ready(answer, POLLIN))
            return false;
        bytes = read(answer, data, sizeof(data));
        if (bytes < 0 && errno != EAGAIN && errno != EINTR)
            die_error("read(%s)", answer_path);
    } while (bytes < 0 || (bytes > 0 && add_to_receipt(&receipt, data, (size_t)bytes)));
    return true;
}

int main(int argc, char *argv[])
{
    const char *name = "simple_pipe", *output = NULL;
    unsigned long timeout = 60000;
    char request[PIPE_BUF + 1];

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "ask on the FIFO NAME (simple_pipe)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 1, INT_MAX, "take MS at most for all of it (60000)"),
        OPTION_TEXT("--output", "FILE", &output, "write to FILE, which appears when it is complete (the screen)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int files = parse_options(argc, argv, "Fetches FILE (news.txt) through FIFOs.", "[FILE]", options);
    const char *file = files > 0 ? argv[1] : "news.txt";
    if (strchr(file, '\n') != NULL)
        die_usage("FILE: a name with a line feed in it cannot be asked for");
    if (!format_text(request, sizeof(request), "%ld %s\n", (long)getpid(), file))
        die_usage("FILE: a request has %d bytes at most", PIPE_BUF);

    begin_time_limit(timeout);
    begin_receipt(&receipt, output);
    path = runtime_path(name, "requests");
    is_ours(path, S_IFIFO); /* what else may lie there is not written to */
    int requests = open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (requests < 0) {
        report_error("open(%s)", path);
        if (errno == ENOENT || errno == ENXIO)
            report("hint: start named_pipe_server first, with the same --name");
        return STATUS_FAILED;
    }
    int answer = open_answer(name);

    /* In one write, which up to PIPE_BUF bytes is all or nothing. Where there is no room it waits. */
    signal(SIGPIPE, SIG_IGN);
    size_t length = strlen(request);
    ssize_t bytes;
    while ((bytes = write(requests, request, length)) < 0 && errno == EAGAIN) {
        if (!wait_until_ready(requests, POLLOUT))
            break;
    }
    if (bytes < 0 && errno != EAGAIN)
        die_error("write(%s)", path);

    if (bytes < 0 || !read_answer(answer)) {
        if (receipt.header_bytes == 0)
            report("%s was busy for %lu ms", path, timeout);
        else
            report_time_over("the answer");
        drop_receipt(&receipt);
        return STATUS_FAILED;
    }
    close(answer);
    return end_receipt(&receipt);
}
