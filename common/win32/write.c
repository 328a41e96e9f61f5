/* write.c - standard output and standard error: Unicode to a console, UTF-8 to a file or pipe. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define PART_CHARS 16384

bool is_console(HANDLE hStream)
{
    DWORD mode;

    /* GetConsoleMode asks another process, which is slow; a file or a pipe can be told from a console without. */
    return GetFileType(hStream) == FILE_TYPE_CHAR && GetConsoleMode(hStream, &mode);
}

/* In parts: older consoles take no more than 64 KiB at once. */
static bool write_console(HANDLE hConsole, const wchar_t *text, size_t left)
{
    while (left > 0) {
        DWORD part = left < PART_CHARS ? (DWORD)left : PART_CHARS, written;
        if (part > 1 && IS_HIGH_SURROGATE(text[part - 1]))
            part--;
        if (!WriteConsoleW(hConsole, text, part, &written, NULL))
            return false;
        text += written;
        left -= written;
    }
    return true;
}

static bool write_file(HANDLE hFile, const char *bytes, size_t left)
{
    while (left > 0) {
        DWORD written;
        if (!WriteFile(hFile, bytes, left < MAXDWORD ? (DWORD)left : MAXDWORD, &written, NULL))
            return false;
        bytes += written;
        left -= written;
    }
    return true;
}

bool write_utf8(DWORD which, const char *bytes, size_t count)
{
    HANDLE hStream = GetStdHandle(which);
    if (hStream == NULL || hStream == INVALID_HANDLE_VALUE || count == 0)
        return true;
    if (!is_console(hStream))
        return write_file(hStream, bytes, count);

    size_t chars;
    wchar_t *wide = wide_from_utf8(bytes, count, 0, &chars);
    bool isSuccess = write_console(hStream, wide, chars);
    DWORD error = GetLastError();
    free(wide);
    SetLastError(error);
    return isSuccess;
}

/* The text with the line ends of Windows, that the caller frees. */
static TCHAR *with_carriage_returns(const TCHAR *text)
{
    size_t chars = _tcslen(text);
    for (const TCHAR *c = text; (c = _tcschr(c, _T('\n'))) != NULL; c++)
        chars++;

    TCHAR *result = allocate((chars + 1) * sizeof(TCHAR));
    TCHAR *end = result;
    for (; *text != _T('\0'); text++) {
        if (*text == _T('\n'))
            *end++ = _T('\r');
        *end++ = *text;
    }
    *end = _T('\0');
    return result;
}

bool write_text(DWORD which, const TCHAR *text)
{
    TCHAR *lines = with_carriage_returns(text);
    char *utf8 = utf8_from_text(lines);
    free(lines);

    bool isSuccess = write_utf8(which, utf8, strlen(utf8));
    DWORD error = GetLastError();
    free(utf8);
    SetLastError(error);
    return isSuccess;
}
