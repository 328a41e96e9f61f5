/* error.c - messages about errors: the call, its error number, the number's name, and the system's words for it. */
#include <stdlib.h>

#include "internal.h"

/* The system's words for an error, on one line. */
static void error_text(DWORD number, TCHAR *text, DWORD text_chars)
{
    DWORD chars =
        FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK, NULL,
                      number, 0, text, text_chars, NULL);
    if (chars == 0)
        format_text(text, text_chars, _T("(the system has no text for it)"));
    while (chars > 0 && (text[chars - 1] == _T(' ') || text[chars - 1] == _T('\n') || text[chars - 1] == _T('\r')))
        text[--chars] = _T('\0');
}

/* Formats into memory that the caller frees. */
PRINTF_LIKE(1, 2) static TCHAR *compose(const TCHAR *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    TCHAR *text = format_alloc(format, arguments);
    va_end(arguments);
    return text;
}

/* Prints "PROGRAM: message", made printable, in one write, so that lines of several programs do not mix. */
static void write_report(TCHAR *message)
{
    TCHAR *line = compose(_T("%s: %s\n"), program_name(), printable(message));
    fflush(stdout);
    write_text(STD_ERROR_HANDLE, line);
    free(line);
}

PRINTF_LIKE(1, 0) static void write_error(const TCHAR *call, va_list arguments)
{
    DWORD error = GetLastError();
    const TCHAR *name = error_name(error);
    TCHAR text[512];

    error_text(error, text, 512);
    TCHAR *what = format_alloc(call, arguments);
    TCHAR *message =
        compose(_T("%s: error %lu%s%s: %s"), what, error, name ? _T(" ") : _T(""), name ? name : _T(""), text);
    write_report(message);

    free(message);
    free(what);
    SetLastError(error);
}

void report(const TCHAR *format, ...)
{
    DWORD error = GetLastError();
    va_list arguments;
    va_start(arguments, format);
    TCHAR *message = format_alloc(format, arguments);
    va_end(arguments);

    write_report(message);
    free(message);
    SetLastError(error);
}

void report_error(const TCHAR *call, ...)
{
    va_list arguments;
    va_start(arguments, call);
    write_error(call, arguments);
    va_end(arguments);
}

void die_error(const TCHAR *call, ...)
{
    va_list arguments;
    va_start(arguments, call);
    write_error(call, arguments);
    va_end(arguments);
    end_program(STATUS_FAILED);
}

void die_usage(const TCHAR *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    TCHAR *message = format_alloc(format, arguments);
    va_end(arguments);

    report(_T("%s (%s --help shows the usage)"), message, program_name());
    free(message);
    end_program(STATUS_USAGE);
}
