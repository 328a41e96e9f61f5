/* write.c - standard output and standard error: Unicode to a console, UTF-8 to a file or pipe. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

bool is_console(HANDLE hStream)
{
    DWORD mode;

    return GetConsoleMode(hStream, &mode) != 0;
}

static bool write_console(HANDLE hConsole, const wchar_t *text)
{
    size_t left = wcslen(text);

    while (left > 0) {
        DWORD written;
        if (!WriteConsoleW(hConsole, text, (DWORD)left, &written, NULL))
            return false;
        text += written;
        left -= written;
    }
    return true;
}

static bool write_file(HANDLE hFile, const char *utf8)
{
    size_t left = strlen(utf8);

    while (left > 0) {
        DWORD written;
        if (!WriteFile(hFile, utf8, (DWORD)left, &written, NULL))
            return false;
        utf8 += written;
        left -= written;
    }
    return true;
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
    bool isSuccess;
    HANDLE hStream = GetStdHandle(which);
    if (hStream == NULL || hStream == INVALID_HANDLE_VALUE)
        return true;

    TCHAR *lines = with_carriage_returns(text);
    char *utf8 = utf8_from_text(lines);
    free(lines);

    if (is_console(hStream)) {
        wchar_t *wide = wide_from_utf8(utf8, strlen(utf8), 0);
        isSuccess = write_console(hStream, wide);
        free(wide);
    } else {
        isSuccess = write_file(hStream, utf8);
    }
    DWORD error = GetLastError();
    free(utf8);
    SetLastError(error);
    return isSuccess;
}
