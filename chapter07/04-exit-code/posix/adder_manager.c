/*
 * adder_manager.c - waits for two children, each of which adds a half, and adds their results.
 *
 * Shows   waitpid and WEXITSTATUS, which keeps 8 bits; with --pipe the way around it, standard output.
 * Run     adder_manager [--pipe] [FROM] [TO]
 * With    part_adder.c, which it starts
 * Win32   AdderManager.c
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "companion.h"

typedef struct part {
    unsigned long from, to, sum;
    pid_t pid;
    int sum_fd; /* the reading end of the child's standard output; -1 without --pipe */
} part;

/* Starts a part_adder. False, and said why, when that does not work. */
static bool start_part_adder(const char *program, bool uses_pipe, part *numbers)
{
    char name[] = "part_adder", print_option[] = "--print", from[16], to[16];
    char *arguments[] = {name, from, to, uses_pipe ? print_option : NULL, NULL};
    posix_spawn_file_actions_t actions;
    int fds[2] = {-1, -1};

    format_text(from, sizeof(from), "%lu", numbers->from);
    format_text(to, sizeof(to), "%lu", numbers->to);
    posix_spawn_file_actions_init(&actions);
    if (uses_pipe) {
        /* exec closes both ends in the child, which keeps only the copy that is its standard output. */
        if (pipe2(fds, O_CLOEXEC) < 0)
            die_error("pipe2");
        posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
    }

    /* Like CreateProcess, and unlike fork and exec, it tells the parent when the program cannot be started. */
    errno = posix_spawn(&numbers->pid, program, &actions, NULL, arguments, environ);
    bool is_success = errno == 0;
    if (!is_success)
        report_error("posix_spawn(%s %s %s)", program, from, to);

    posix_spawn_file_actions_destroy(&actions);
    if (uses_pipe)
        close(fds[1]);
    numbers->sum_fd = fds[0];
    return is_success;
}

/* Reads all that the child prints. False when it is no sum. */
static bool read_sum(part *numbers)
{
    char text[64];
    size_t used = 0;
    ssize_t bytes;

    while ((bytes = read(numbers->sum_fd, text + used, sizeof(text) - 1 - used)) > 0)
        used += (size_t)bytes;
    if (bytes < 0)
        die_error("read");
    close(numbers->sum_fd);

    text[used] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return parse_number(text, 0, INT_MAX, &numbers->sum);
}

/* Waits for the child and takes its sum. False when it ended without one. */
static bool wait_for_sum(part *numbers)
{
    bool uses_pipe = numbers->sum_fd >= 0;
    bool is_sum = !uses_pipe || read_sum(numbers); /* before waitpid: a child is blocked while its pipe is full */
    int status;

    if (waitpid(numbers->pid, &status, 0) < 0)
        die_error("waitpid");
    if (WIFSIGNALED(status)) {
        report("part_adder %lu %lu: signal %d ended it", numbers->from, numbers->to, WTERMSIG(status));
        return false;
    }
    if (!uses_pipe) {
        /* 1 and 2 may be a sum or a failure: nothing tells which. */
        numbers->sum = (unsigned long)WEXITSTATUS(status);
        print("part_adder %lu %lu: exit status %lu\n", numbers->from, numbers->to, numbers->sum);
        return true;
    }
    if (WEXITSTATUS(status) != 0 || !is_sum) {
        report("part_adder %lu %lu: no sum, exit status %d", numbers->from, numbers->to, WEXITSTATUS(status));
        return false;
    }
    print("part_adder %lu %lu: printed %lu\n", numbers->from, numbers->to, numbers->sum);
    return true;
}

int main(int argc, char *argv[])
{
    bool uses_pipe = false;
    unsigned long from = 1, to = 10;

    const option_spec options[] = {
        OPTION_FLAG("--pipe", &uses_pipe, "have the children print their sums: an exit status has 8 bits only"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int numbers = parse_options(argc, argv, "Adds the whole numbers from FROM (1) to TO (10) with two children.",
                                "[FROM] [TO]", options);
    if (numbers > 0 && !parse_number(argv[1], 0, INT_MAX, &from))
        die_usage("FROM: '%s' is not a whole number from 0 to %d", argv[1], INT_MAX);
    if (numbers > 1 && !parse_number(argv[2], 0, INT_MAX, &to))
        die_usage("TO: '%s' is not a whole number from 0 to %d", argv[2], INT_MAX);
    if (from >= to)
        die_usage("FROM is %lu and TO is %lu: two children need two numbers at least", from, to);

    unsigned long middle = from + (to - from) / 2;
    part parts[2] = {{.from = from, .to = middle}, {.from = middle + 1, .to = to}};
    char *program = partner_path("part_adder");
    bool is_success = true;
    int started = 0;

    while (started < 2 && is_success) {
        is_success = start_part_adder(program, uses_pipe, &parts[started]);
        started += is_success;
    }
    for (int i = 0; i < started; i++)
        is_success = wait_for_sum(&parts[i]) && is_success;
    free(program);
    if (!is_success)
        return STATUS_FAILED;

    print("total: %lu\n", parts[0].sum + parts[1].sum);
    return 0;
}
