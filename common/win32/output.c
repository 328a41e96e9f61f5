/* output.c - print, print_bytes and prompt. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

void print(const TCHAR *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    TCHAR *text = format_alloc(format, arguments);
    va_end(arguments);

    fflush(stdout); /* what a student's own _tprintf left there comes first */
    bool isSuccess = write_text(STD_OUTPUT_HANDLE, text);
    free(text);
    if (isSuccess)
        return;

    /* A reader that stops early, as `more` or `head`, is no error to report. */
    DWORD error = GetLastError();
    if (error == ERROR_NO_DATA || error == ERROR_BROKEN_PIPE || error == ERROR_PIPE_NOT_CONNECTED)
        end_program(STATUS_FAILED);
    die_error(_T("WriteFile(standard output)"));
}

/* How many bytes of text[0 .. count) are the beginning of a character whose rest is not there. */
static size_t cut_bytes(const char *bytes, size_t count)
{
    for (size_t i = 1; i <= 3 && i <= count; i++) {
        unsigned char byte = (unsigned char)bytes[count - i];
        size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
        if (byte < 0x80 || byte >= 0xC0)
            return length > i ? i : 0;
    }
    return 0;
}

bool print_bytes(const char *bytes, size_t count)
{
    static char rest[4]; /* of a character that the last call has cut */
    static size_t rest_bytes = 0;

    fflush(stdout);
    if (!is_console(GetStdHandle(STD_OUTPUT_HANDLE)))
        return write_utf8(STD_OUTPUT_HANDLE, bytes, count);

    char *text = allocate(rest_bytes + count + 1);
    memcpy(text, rest, rest_bytes);
    memcpy(text + rest_bytes, bytes, count);
    count += rest_bytes;
    rest_bytes = cut_bytes(text, count);
    memcpy(rest, text + count - rest_bytes, rest_bytes);

    bool isSuccess = write_utf8(STD_OUTPUT_HANDLE, text, count - rest_bytes);
    DWORD error = GetLastError();
    free(text);
    SetLastError(error);
    return isSuccess;
}

void prompt(const TCHAR *text)
{
    if (is_console(GetStdHandle(STD_INPUT_HANDLE)))
        print(_T("%s"), text);
}
