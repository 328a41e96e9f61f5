/* read_line.c - standard input, line by line. */
#include <stdlib.h>
#include <string.h>

#include "code_point.h"
#include "internal.h"

/* What has been read and not been given out: bytes[first .. end). There is always room for one more, a terminator. */
static struct {
    char *bytes;
    size_t first, end, room;
} input;

/* Reads more behind what is there. False at the end of the input. */
static bool read_more(void)
{
    if (input.room - input.end < INPUT_BYTES && input.first > 0) {
        input.end -= input.first;
        memmove(input.bytes, input.bytes + input.first, input.end);
        input.first = 0;
    }
    if (input.room - input.end < INPUT_BYTES) {
        input.room = 2 * input.room + INPUT_BYTES;
        input.bytes = reallocate(input.bytes, input.room + 1);
    }

    size_t count = read_input(input.bytes + input.end, input.room - input.end);
    input.end += count;
    return count > 0;
}

/*
 * A copy that the caller frees, in which U+FFFD stands for each byte that is no text: what a person has typed or
 * piped in must not be lost. bytes[count] must be a NUL.
 */
static char *repaired(const char *bytes, size_t count)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    char *text = allocate(count * strlen(replacement) + 1);
    size_t used = 0;

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

/* The line as text that the caller frees. */
static TCHAR *line_text(const char *bytes, size_t count)
{
    char *utf8 = repaired(bytes, count);

#ifdef _WIN32
    TCHAR *text = text_from_utf8(utf8, strlen(utf8));
    free(utf8);
    return text;
#else
    return utf8;
#endif
}

TCHAR *read_line(void)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    const size_t mark_bytes = sizeof(byte_order_mark) - 1;
    static bool is_started, is_at_end;
    static TCHAR *line;
    const char *line_feed = NULL;
    size_t searched = 0;

    for (;;) {
        size_t unread = input.end - input.first;

        if (unread > searched)
            line_feed = memchr(input.bytes + input.first + searched, '\n', unread - searched);
        if (line_feed != NULL || is_at_end)
            break;
        searched = unread;
        /* Kept: at a terminal, a person types the end once. */
        is_at_end = !read_more();
    }
    if (line_feed == NULL && input.end == input.first)
        return NULL;

    size_t start = input.first;
    size_t end = line_feed != NULL ? (size_t)(line_feed - input.bytes) : input.end;
    input.first = line_feed != NULL ? end + 1 : end;

    /* PowerShell and editors on Windows put this in front of UTF-8. */
    if (!is_started && end - start >= mark_bytes && memcmp(input.bytes + start, byte_order_mark, mark_bytes) == 0)
        start += mark_bytes;
    is_started = true;
    /* A file from Windows ends its lines with "\r\n". */
    if (line_feed != NULL && end > start && input.bytes[end - 1] == '\r')
        end--;

    input.bytes[end] = '\0';
    free(line);
    line = line_text(input.bytes + start, end - start);
    return line;
}
