/* fatal.c - the program's name, and its end: also when there is no memory left. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define LINE_CHARS 1024

static TCHAR own_name[MAX_PATH] = _T("?");
static DWORD failure_base;
static DWORD ending_thread; /* which has called exit, and must not call it again */

void set_program_name(const TCHAR *argv0)
{
    const TCHAR *name = argv0;
    size_t chars;

    for (const TCHAR *c = argv0; *c != _T('\0'); c++) {
        if (*c == _T('\\') || *c == _T('/') || *c == _T(':'))
            name = c + 1;
    }
    chars = _tcslen(name);
    if (chars > 4 && _tcsicmp(name + chars - 4, _T(".exe")) == 0)
        chars -= 4;
    if (chars >= MAX_PATH)
        chars = MAX_PATH - 1;
    memcpy(own_name, name, chars * sizeof(TCHAR));
    own_name[chars] = _T('\0');
}

const TCHAR *program_name(void)
{
    return own_name;
}

void set_failure_base(DWORD base)
{
    failure_base = base;
}

void end_program(int status)
{
    if (ending_thread == GetCurrentThreadId())
        _Exit((int)(failure_base + (DWORD)status));
    ending_thread = GetCurrentThreadId();
    exit((int)(failure_base + (DWORD)status));
}

/* Both encodings in fixed buffers: a console takes UTF-16, a file or pipe gets UTF-8. */
static void write_error_line(const TCHAR *line)
{
    HANDLE hError = GetStdHandle(STD_ERROR_HANDLE);
    DWORD mode, written;

#ifdef _UNICODE
    char utf8[3 * LINE_CHARS];
    const wchar_t *wide = line;
    WideCharToMultiByte(CP_UTF8, 0, line, -1, utf8, sizeof(utf8), NULL, NULL);
#else
    wchar_t wide[LINE_CHARS];
    const char *utf8 = line;
    MultiByteToWideChar(CP_UTF8, 0, line, -1, wide, LINE_CHARS);
#endif
    if (GetConsoleMode(hError, &mode))
        WriteConsoleW(hError, wide, (DWORD)wcslen(wide), &written, NULL);
    else
        WriteFile(hError, utf8, (DWORD)strlen(utf8), &written, NULL);
}

/* "PROGRAM: message", without asking for memory. */
static void write_fatal(const TCHAR *format, va_list arguments)
{
    TCHAR line[LINE_CHARS];
    const size_t room = LINE_CHARS - _tcslen(_T(": \r\n")) - 1;

    size_t used = _tcslen(own_name);
    memcpy(line, own_name, used * sizeof(TCHAR));
    line[used++] = _T(':');
    line[used++] = _T(' ');
    int chars = _vsntprintf(line + used, room - used, format, arguments);
    used = chars < 0 || (size_t)chars > room - used ? room : used + (size_t)chars;
    line[used++] = _T('\r');
    line[used++] = _T('\n');
    line[used] = _T('\0');

    write_error_line(line);
}

void report_fatal(const TCHAR *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_fatal(format, arguments);
    va_end(arguments);
}

void die_fatal(const TCHAR *format, ...)
{
    static bool is_reported;
    va_list arguments;

    /* A function that exit calls may run out of memory, too: one message is enough. */
    if (is_reported)
        end_program(STATUS_FAILED);
    is_reported = true;

    va_start(arguments, format);
    write_fatal(format, arguments);
    va_end(arguments);
    end_program(STATUS_FAILED);
}
