/*
 * buffered_child.c - a child that prints with printf: when its parent gets to see that.
 *
 * Shows   printf, fflush: where standard output is a pipe, the C library collects what is printed, and writes it when
 *         its buffer is full, at fflush, or at the program's end.
 * Run     buffered_child [--flush]
 * With    pipe_parent.c, which starts it
 */
#include <stdio.h>
#include <stdio_ext.h>

#include "companion.h"

int main(int argc, char *argv[])
{
    bool flushes = false;

    const option_spec options[] = {
        OPTION_FLAG("--flush", &flushes, "call fflush after the first line"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Prints a line, waits for one, and prints another.", NULL, options);

    printf("first\n");
    if (flushes && fflush(stdout) != 0)
        die_error("fflush(standard output)");
    /* glibc's own: the bytes that printf has taken and nobody has written yet. */
    report("of \"first\" and its line break, %zu bytes are still in this process", __fpending(stdout));
    read_line();
    printf("second\n");
    if (fflush(stdout) != 0)
        die_error("fflush(standard output)");
    return 0;
}
