/* output.c - print, print_bytes and prompt: straight to write(2), so what is printed is out at once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

static bool goes_on_when_full;

void go_on_when_output_is_full(void)
{
    goes_on_when_full = true;
}

/* Says that the line is lost, but not for each one: there may be many. */
static void report_lost_line(void)
{
    static time_t last_s;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    if (last_s == 0 || now.tv_sec - last_s >= 10) {
        last_s = now.tv_sec;
        report_error("write(standard output)");
        report("hint: this program goes on, and its lines are lost until there is room again");
    }
}

void print(const char *format, ...)
{
    char line[1024], *longer = NULL;
    va_list arguments;

    /* A line of usual length needs no memory: a server goes on printing when there is none. */
    va_start(arguments, format);
    int bytes = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (bytes < 0 || (size_t)bytes >= sizeof(line)) {
        va_start(arguments, format);
        longer = format_alloc(format, arguments);
        va_end(arguments);
    }
    const char *text = longer != NULL ? longer : line;

    if (!write_all(STDOUT_FILENO, text, strlen(text))) {
        /* A reader that stops early, as in "program | head -1", is no error to report. */
        if (errno == EPIPE)
            end_program(STATUS_FAILED);
        if (!goes_on_when_full)
            die_error("write(standard output)");
        report_lost_line();
    }
    free(longer);
}

bool print_bytes(const char *bytes, size_t count)
{
    fflush(stdout);
    return write_all(STDOUT_FILENO, bytes, count);
}

void prompt(const char *text)
{
    if (isatty(STDIN_FILENO))
        print("%s", text);
}
