/* output.c - print and prompt. */
#include <stdlib.h>

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

void prompt(const TCHAR *text)
{
    if (is_console(GetStdHandle(STD_INPUT_HANDLE)))
        print(_T("%s"), text);
}
