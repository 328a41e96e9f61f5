/*
 * fifo_end.c - a FIFO whose last writer has closed it: what the reader finds, for two ways to open it.
 *
 * Shows   open with O_RDONLY: read gives 0, the end. open with O_RDWR: the reader is a writer, too, and no end comes.
 * Run     fifo_end
 * With    named_pipe_server.c, whose FIFO has to outlive its clients
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "companion.h"

static char folder[] = "/tmp/fifo_end-XXXXXX", fifo[64];

/* At the end, however that comes: nothing stays. */
static void remove_fifo(void)
{
    unlink(fifo);
    rmdir(folder);
}

static void show_read(const char *way, int reader)
{
    char buffer[64];
    ssize_t bytes = read(reader, buffer, sizeof(buffer));

    if (bytes > 0)
        print("opened with %s, read: %zd bytes\n", way, bytes);
    else if (bytes == 0)
        print("opened with %s, read: 0, the end\n", way);
    else if (errno == EAGAIN)
        print("opened with %s, read: EAGAIN; it would wait, for there is a writer: the reader itself\n", way);
    else
        die_error("read");
}

/* A writer comes, writes and goes; then the reader reads twice. */
static void try_way(const char *way, int flags)
{
    /* O_NONBLOCK: open does not wait for a writer, and read says EAGAIN where it would wait. */
    int reader = open(fifo, flags | O_NONBLOCK | O_CLOEXEC);
    if (reader < 0)
        die_error("open(%s, %s)", fifo, way);
    int writer = open(fifo, O_WRONLY | O_CLOEXEC);
    if (writer < 0)
        die_error("open(%s, O_WRONLY)", fifo);
    if (write(writer, "hello", 5) < 0)
        die_error("write(%s)", fifo);
    close(writer);

    show_read(way, reader);
    show_read(way, reader);
    close(reader);
}

int main(int argc, char *argv[])
{
    const option_spec options[] = {OPTIONS_END};

    companion_init(argv[0]);
    parse_options(argc, argv, "Reads a FIFO to its end, opened in two ways.", NULL, options);
    if (mkdtemp(folder) == NULL)
        die_error("mkdtemp(%s)", folder);
    format_text(fifo, sizeof(fifo), "%s/fifo", folder);
    run_at_end(remove_fifo);
    if (mkfifo(fifo, 0600) < 0)
        die_error("mkfifo(%s)", fifo);

    try_way("O_RDONLY", O_RDONLY);
    try_way("O_RDWR", O_RDWR);
    return 0;
}
