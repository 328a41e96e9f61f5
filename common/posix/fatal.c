/* fatal.c - the program's name, and its end: also when there is no memory left. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

static const char *own_name = "?";
static _Thread_local bool is_ending; /* this thread has called exit, and must not call it again */

void set_program_name(const char *argv0)
{
    const char *slash = strrchr(argv0, '/');

    own_name = slash == NULL ? argv0 : slash + 1;
}

const char *program_name(void)
{
    return own_name;
}

void end_program(int status)
{
    if (is_ending)
        _Exit(status);
    is_ending = true;
    exit(status);
}

void die_fatal(const char *format, ...)
{
    static bool is_reported;
    char line[1024];
    const size_t room = sizeof(line) - strlen("\n");
    va_list arguments;

    /* A function that exit calls may run out of memory, too: one message is enough. */
    if (is_reported)
        end_program(STATUS_FAILED);
    is_reported = true;

    int used = snprintf(line, room, "%.255s: ", own_name);
    va_start(arguments, format);
    int chars = vsnprintf(line + used, room - (size_t)used, format, arguments);
    va_end(arguments);
    size_t bytes = chars < 0 ? (size_t)used : strlen(line);
    line[bytes++] = '\n';

    /* If standard error takes no more, only the exit status can tell. */
    ssize_t written = write(STDERR_FILENO, line, bytes);
    (void)written;
    end_program(STATUS_FAILED);
}
