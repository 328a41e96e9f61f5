/* lane.c - output files of its own for a program that another example started (README.md, "Lanes"). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

#define LANE_VARIABLE "COMPANION_LANE"
#define ROOT_PREFIX   "root:"

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
 * The process that the stage started keeps its streams and takes the prefix off. Its children inherit the variable
 * without the prefix, and each of them moves to files of its own, unless the parent redirected the child's output
 * on purpose: then the redirection is what the lesson is about.
 */
void open_lane(void)
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
    format_path(lane, "%.*s%s.%ld", folder_bytes, parent, program_name(), (long)getpid());

    format_path(file, "%s.out", lane);
    redirect(STDOUT_FILENO, file);
    format_path(file, "%s.err", parent);
    if (goes_to(STDERR_FILENO, file)) {
        format_path(file, "%s.err", lane);
        redirect(STDERR_FILENO, file);
    }
    set_lane(lane);
}
