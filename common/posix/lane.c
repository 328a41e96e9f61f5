/*
 * lane.c - the start of every program: its name, its streams, and its own output file where the stage asks
 * for one (README.md, "Lanes").
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "companion.h"

#define LANE_VARIABLE "COMPANION_LANE"
#define ROOT_PREFIX   "root:"

static const char *name = "";

const char *program_name(void)
{
    return name;
}

static void do_nothing(int signal_number)
{
    (void)signal_number;
}

/*
 * A closed stream would be given to the next file that is opened, and print would write into that file. So
 * something stands in for it that fails as a closed stream does: opened for writing to be read from, for
 * reading to be written to.
 */
static void fill_closed_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            die_error("open(/dev/null)");
    }
}

static void set_lane(const char *lane)
{
    if (setenv(LANE_VARIABLE, lane, 1) < 0)
        die_error("setenv(" LANE_VARIABLE ")");
}

PRINTF_LIKE(2, 3) static void format_path(char path[PATH_MAX], const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int bytes = vsnprintf(path, PATH_MAX, format, arguments);
    va_end(arguments);
    if (bytes >= PATH_MAX) {
        errno = ENAMETOOLONG;
        die_error(LANE_VARIABLE);
    }
}

static bool goes_to(int fd, const char *path)
{
    struct stat stream, file;

    return fstat(fd, &stream) == 0 && stat(path, &file) == 0 && stream.st_dev == file.st_dev &&
           stream.st_ino == file.st_ino;
}

static void redirect(int fd, const char *path)
{
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

    if (file < 0)
        die_error("open(%s)", path);
    if (dup2(file, fd) < 0)
        die_error("dup2(%s)", path);
    close(file);
}

/*
 * The process that the stage started keeps its streams and takes the prefix off, which tells its children
 * that they are children: each of them moves to a file of its own. Not so where the parent redirected the
 * child's output: that is what the lesson is about then.
 */
static void enter_lane(void)
{
    const char *value = getenv(LANE_VARIABLE);
    char parent[PATH_MAX], lane[PATH_MAX], file[PATH_MAX];

    if (value == NULL)
        return;

    if (strncmp(value, ROOT_PREFIX, strlen(ROOT_PREFIX)) == 0) {
        /* A copy, since setenv may overwrite what getenv gave. */
        format_path(parent, "%s", value + strlen(ROOT_PREFIX));
        set_lane(parent);
        return;
    }

    format_path(parent, "%s", value);
    format_path(file, "%s.out", parent);
    if (!goes_to(STDOUT_FILENO, file))
        return;

    const char *slash = strrchr(parent, '/');
    int folder_bytes = slash == NULL ? 0 : (int)(slash + 1 - parent);
    format_path(lane, "%.*s%s.%ld", folder_bytes, parent, name, (long)getpid());

    format_path(file, "%s.out", lane);
    redirect(STDOUT_FILENO, file);
    format_path(file, "%s.err", parent);
    if (goes_to(STDERR_FILENO, file)) {
        format_path(file, "%s.err", lane);
        redirect(STDERR_FILENO, file);
    }
    set_lane(lane);
}

void companion_init(const char *argv0)
{
    const char *slash = strrchr(argv0, '/');

    name = slash == NULL ? argv0 : slash + 1;
    fill_closed_streams();

    /*
     * Without this, a write into a pipe that nobody reads would kill the program silently; so it fails with
     * EPIPE, and the program can clean up. A handler and not SIG_IGN, for a child started with exec would
     * inherit that.
     */
    struct sigaction action = {.sa_handler = do_nothing, .sa_flags = SA_RESTART};
    if (sigaction(SIGPIPE, &action, NULL) < 0)
        die_error("sigaction(SIGPIPE)");

    /* Where SIGCHLD is ignored, the kernel keeps no exit status for waitpid. A program inherits that setting. */
    signal(SIGCHLD, SIG_DFL);

    enter_lane();
}
