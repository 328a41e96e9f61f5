/*
 * anonymous_pipe.c - a pipe between a process and its child.
 *
 * Shows   pipe: one call, two descriptors. fork: the child has both, too, so each process closes the one that it does
 *         not use. Otherwise the reader itself would keep the writing end open, and read for ever.
 * Run     anonymous_pipe [TEXT]
 * Win32   AnonymousPipe.c
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "companion.h"

/* The child: reads until the pipe ends, which takes any number of calls. */
static int print_until_end(int read_pipe, size_t expected)
{
    char *text = malloc(expected + 1);
    size_t received = 0;
    ssize_t bytes;

    if (text == NULL)
        die_error("malloc");
    while ((bytes = read(read_pipe, text + received, expected + 1 - received)) > 0)
        received += (size_t)bytes;
    if (bytes < 0)
        die_error("read");

    text[received] = '\0';
    print("string recv: %s\n", text);
    free(text);
    return 0;
}

int main(int argc, char *argv[])
{
    int ends[2], status;

    const option_spec options[] = {OPTIONS_END};
    companion_init(argv[0]);
    parse_options(argc, argv, "Writes TEXT (anonymous pipe) into a pipe, from which a child reads it.", "[TEXT]",
                  options);
    const char *text = argv[1] != NULL ? argv[1] : "anonymous pipe";
    size_t left = strlen(text);

    if (pipe(ends) < 0)
        die_error("pipe");
    print("string send: %s\n", text);
    pid_t child = fork();
    if (child < 0)
        die_error("fork");
    if (child == 0) {
        close(ends[1]);
        return print_until_end(ends[0], left);
    }

    close(ends[0]);
    while (left > 0) {
        ssize_t bytes = write(ends[1], text, left);
        if (bytes < 0)
            die_error("write");
        text += bytes;
        left -= (size_t)bytes;
    }
    close(ends[1]);

    if (waitpid(child, &status, 0) < 0)
        die_error("waitpid(%d)", (int)child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : STATUS_FAILED;
}
