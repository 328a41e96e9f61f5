/* output.c - print and prompt: straight to write(2), so what is printed is out at once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

void print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *text = format_alloc(format, arguments);
    va_end(arguments);

    if (!write_all(STDOUT_FILENO, text, strlen(text))) {
        /* A reader that stops early, as in "program | head -1", is no error to report. */
        if (errno == EPIPE)
            end_program(STATUS_FAILED);
        die_error("write(standard output)");
    }
    free(text);
}

void prompt(const char *text)
{
    if (isatty(STDIN_FILENO))
        print("%s", text);
}
