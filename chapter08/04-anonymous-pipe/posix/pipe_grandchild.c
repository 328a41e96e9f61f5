/*
 * pipe_grandchild.c - a child that ends at once and leaves a child of its own with the pipes.
 *
 * Shows   fork hands on every descriptor: a grandchild that nobody has thought of has the writing end of the pipe, so
 *         the pipe does not end with the child.
 * Run     pipe_grandchild
 * With    pipe_parent.c, which starts it
 * Win32   PipeGrandchild.c
 */
#include <unistd.h>

#include "companion.h"

/* Answers until the input ends, which is after the child's end. */
static void live_on(int child_lives)
{
    const char *line;
    char nothing;

    /* Only the child has the writing end of this pipe, so it ends when the child does. */
    if (read(child_lives, &nothing, 1) < 0)
        die_error("read");
    print("grandchild: the child has ended, and I have its pipes\n");
    while ((line = read_line()) != NULL)
        print("grandchild: %s\n", line);
}

int main(int argc, char *argv[])
{
    const option_spec options[] = {OPTIONS_END};
    int child_lives[2];

    companion_init(argv[0]);
    parse_options(argc, argv, "Starts a process that lives on with its pipes, and ends.", NULL, options);
    if (pipe(child_lives) < 0)
        die_error("pipe");

    print("child: this is all, I end\n");
    pid_t grandchild = fork();
    if (grandchild < 0)
        die_error("fork");
    if (grandchild == 0) {
        close(child_lives[1]);
        live_on(child_lives[0]);
    }
    return 0;
}
