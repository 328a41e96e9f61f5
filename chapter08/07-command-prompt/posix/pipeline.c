/*
 * pipeline.c - starts the programs of one line, each connected to the next.
 *
 * Shows   pipe2 between processes, and which process has to close which end; a file is emptied only when all programs
 *         have been found.
 * With    launch.c, parser.c, shell.c
 * Win32   pipeline.c
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launch.h"

static int open_output(const command *last, int input)
{
    struct stat read, written;
    int fd = open(last->output, O_WRONLY | O_CREAT | O_CLOEXEC | (last->appends ? O_APPEND : 0), 0666);

    if (fd < 0) {
        report_error("open(%s)", last->output);
    } else if (!last->appends) {
        /* "sort < a > a" would empty the file before it is read. */
        if (fstat(input, &read) == 0 && fstat(fd, &written) == 0 && read.st_dev == written.st_dev &&
            read.st_ino == written.st_ino && S_ISREG(read.st_mode)) {
            report(SAY("'%s' is being read, and cannot be written", "'%s'은(는) 읽고 있는 파일이라 쓸 수 없습니다."),
                   last->output);
            close(fd);
            return -1;
        }
        if (ftruncate(fd, 0) < 0 && errno != EINVAL) /* a device has no length */
            report_error("ftruncate(%s)", last->output);
    }
    return fd;
}

/* Starts one program after the other. Gives how many could be started. */
static size_t start_all(const command_line *line, char *const paths[], int first, int last, running_program *programs)
{
    int input = first;
    size_t i;

    for (i = 0; i < line->count; i++) {
        int ends[2] = {-1, last};

        if (i + 1 < line->count && pipe2(ends, O_CLOEXEC) < 0) {
            report_error("pipe2");
            break;
        }
        programs[i].name = line->commands[i].words[0];
        bool is_started =
            start_program(paths[i], &line->commands[i], input, ends[1], line->is_background, &programs[i]);

        /* The shell keeps no end of a pipe: a reader sees the end only when no process can write any more. */
        if (input != first)
            close(input);
        if (ends[1] != last)
            close(ends[1]);
        input = ends[0];
        if (!is_started)
            break;
    }
    if (i < line->count && input != first && input >= 0)
        close(input);
    return i;
}

/* The program of each command; NULL for a command of the shell's own. False when one is not there. */
static bool find_programs(const command_line *line, char *paths[])
{
    for (size_t i = 0; i < line->count; i++) {
        if (line->commands[i].run_builtin != NULL)
            continue;
        paths[i] = find_program(line->commands[i].words[0]);
        if (paths[i] == NULL)
            return false;
    }
    return true;
}

/* Opens the files, and starts all programs. Gives how many could be started. */
static size_t open_and_start(const command_line *line, char *const paths[], running_program *programs)
{
    const command *first = &line->commands[0], *last = &line->commands[line->count - 1];
    /* A program in the background does not read the keyboard. */
    const char *file = first->input == NULL && line->is_background ? "/dev/null" : first->input;
    int input = program_input, output = STDOUT_FILENO;
    size_t started = 0;

    if (file != NULL && (input = open(file, O_RDONLY | O_CLOEXEC)) < 0) {
        report_error("open(%s)", file);
        return 0;
    }
    if (last->output != NULL)
        output = open_output(last, input);
    if (output >= 0)
        started = start_all(line, paths, input, output, programs);

    if (file != NULL)
        close(input);
    if (last->output != NULL && output >= 0)
        close(output);
    return started;
}

bool start_programs(const command_line *line, running_program *programs)
{
    char **paths = calloc(line->count, sizeof(*paths));
    size_t started = 0;

    if (paths == NULL)
        die_error("calloc");
    /* Nothing is opened or started until all programs have been found. */
    if (find_programs(line, paths))
        started = open_and_start(line, paths, programs);
    for (size_t i = 0; started < line->count && i < started; i++) {
        kill(programs[i].process, SIGTERM);
        wait_for_program(&programs[i]);
    }
    for (size_t i = 0; i < line->count; i++)
        free(paths[i]);
    free(paths);
    return started == line->count;
}
