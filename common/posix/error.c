/* error.c - messages about errors, each in one line on standard error. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/*
 * Prints "PROGRAM: message" and the tail. The buffers are fixed, so it needs no memory; a line is shorter than
 * PIPE_BUF, so it arrives in one piece when several programs share a pipe. Only the message is cut, since the tail
 * says why. The line is made printable: the message may quote what a stranger sent.
 */
PRINTF_LIKE(1, 0) static void print_line(const char *format, va_list arguments, const char *tail)
{
    static const char cut_mark[] = "...";
    char message[2048];
    char line[4096];

    if (vsnprintf(message, sizeof(message), format, arguments) >= (int)sizeof(message))
        memcpy(message + sizeof(message) - sizeof(cut_mark), cut_mark, sizeof(cut_mark));

    snprintf(line, sizeof(line) - 1, "%s: %s%s", program_name(), message, tail);
    size_t bytes = strlen(printable(line));
    line[bytes++] = '\n';
    /* If standard error takes no more, only the exit status can tell. */
    (void)write_all(STDERR_FILENO, line, bytes);
}

static const char *error_name(int error)
{
#if defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 32)
    return strerrorname_np(error);
#endif
#endif
    (void)error;
    return NULL;
}

PRINTF_LIKE(1, 0) static void print_error(const char *call, va_list arguments)
{
    int error = errno;
    const char *name = error_name(error);
    char tail[256];

    snprintf(tail, sizeof(tail), ": error %d%s%s: %s", error, name != NULL ? " " : "", name != NULL ? name : "",
             strerror(error));
    print_line(call, arguments, tail);
    errno = error;
}

void report(const char *format, ...)
{
    int error = errno;
    va_list arguments;

    va_start(arguments, format);
    print_line(format, arguments, "");
    va_end(arguments);
    errno = error;
}

void report_error(const char *call, ...)
{
    va_list arguments;

    va_start(arguments, call);
    print_error(call, arguments);
    va_end(arguments);
}

_Noreturn void die_error(const char *call, ...)
{
    va_list arguments;

    va_start(arguments, call);
    print_error(call, arguments);
    va_end(arguments);
    end_program(STATUS_FAILED);
}

_Noreturn void die_usage(const char *format, ...)
{
    char tail[512];
    va_list arguments;

    snprintf(tail, sizeof(tail), " (%s --help shows the usage)", program_name());
    va_start(arguments, format);
    print_line(format, arguments, tail);
    va_end(arguments);
    end_program(STATUS_USAGE);
}
