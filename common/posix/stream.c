/*
 * stream.c - text on standard input and output. Straight on read(2) and write(2): what is printed is out at
 * once, and one print is one write.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "code_point.h"
#include "companion.h"
#include "internal.h"

bool write_all(int fd, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t written = write(fd, bytes, count);

        if (written < 0) {
            if (errno == EINTR)
                continue;
            return false;
        }
        bytes += written;
        count -= (size_t)written;
    }
    return true;
}

void print(const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    int bytes = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (bytes < 0)
        die_error("vasprintf");

    if (!write_all(STDOUT_FILENO, text, (size_t)bytes)) {
        /* As in "program | head -1": the reader has seen enough, nothing is wrong. */
        if (errno == EPIPE)
            exit(STATUS_FAILED);
        die_error("write(standard output)");
    }
    free(text);
}

void prompt(const char *text)
{
    if (isatty(STDIN_FILENO))
        print("%s", text);
}

/* The next byte of standard input; -1 at its end, and from then on: a person types Ctrl+D once. */
static int next_byte(void)
{
    static unsigned char bytes[65536];
    static size_t next, count;
    static bool at_end;

    if (next == count) {
        ssize_t got = 0;

        if (!at_end) {
            do
                got = read(STDIN_FILENO, bytes, sizeof(bytes));
            while (got < 0 && errno == EINTR);
        }
        if (got < 0)
            die_error("read(standard input)");
        next = 0;
        count = (size_t)got;
        at_end = got == 0;
    }
    return at_end ? -1 : bytes[next++];
}

static char *resize(char *memory, size_t bytes)
{
    memory = realloc(memory, bytes);
    if (memory == NULL)
        die_error("realloc");
    return memory;
}

/* Gives a copy, good until the next call, in which U+FFFD stands for each byte that is no text. */
static char *repair(const char *bytes, size_t count)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    static char *text;
    size_t used = 0;

    text = resize(text, count * strlen(replacement) + 1);
    for (size_t i = 0; i < count;) {
        unsigned long code_point;
        size_t length = utf8_next(bytes + i, &code_point);

        if (code_point == BROKEN_CODE_POINT || code_point == 0) {
            memcpy(text + used, replacement, strlen(replacement));
            used += strlen(replacement);
        } else {
            memcpy(text + used, bytes + i, length);
            used += length;
        }
        i += length;
    }
    text[used] = '\0';
    return text;
}

char *read_line(void)
{
    static char *line;
    static size_t room;
    static bool is_started;
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    const size_t mark_bytes = sizeof(byte_order_mark) - 1;
    size_t used = 0, start = 0;
    int byte;

    for (;;) {
        if (used == room) {
            room = room == 0 ? 256 : room * 2;
            line = resize(line, room);
        }
        byte = next_byte();
        if (byte == -1 || byte == '\n')
            break;
        line[used++] = (char)byte;
    }
    if (byte == -1 && used == 0)
        return NULL;

    /* A file from Windows ends its lines with "\r\n". */
    if (byte == '\n' && used > 0 && line[used - 1] == '\r')
        used--;
    /* Editors on Windows put this in front of UTF-8. */
    if (!is_started && used >= mark_bytes && memcmp(line, byte_order_mark, mark_bytes) == 0)
        start = mark_bytes;
    is_started = true;

    line[used] = '\0';
    return repair(line + start, used - start);
}
