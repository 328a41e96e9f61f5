/* command_line.c - a command line for CreateProcess, argument by argument; and which one is not to be made. */
#include "internal.h"

/*
 * The rules of CommandLineToArgvW and of the C library: a backslash is a backslash, except in front of a quote, where
 * two of them mean one, and a single one means that the quote is text.
 */
TCHAR *append_argument(TCHAR *command_line, const TCHAR *argument)
{
    size_t used = command_line == NULL ? 0 : _tcslen(command_line);
    /* At most a backslash for each character, a blank, two quotes and the terminator. */
    TCHAR *line = reallocate(command_line, (used + 2 * _tcslen(argument) + 4) * sizeof(TCHAR));
    TCHAR *end = line + used;
    bool isQuoted = argument[0] == _T('\0') || argument[_tcscspn(argument, _T(" \t\n\v\""))] != _T('\0');
    size_t backslashes = 0;

    if (used > 0)
        *end++ = _T(' ');
    if (isQuoted)
        *end++ = _T('"');
    for (const TCHAR *next = argument; *next != _T('\0'); next++) {
        if (*next == _T('"')) {
            for (size_t n = 0; n < backslashes + 1; n++)
                *end++ = _T('\\');
        }
        backslashes = *next == _T('\\') ? backslashes + 1 : 0;
        *end++ = *next;
    }
    if (isQuoted) {
        for (size_t n = 0; n < backslashes; n++)
            *end++ = _T('\\');
        *end++ = _T('"');
    }
    *end = _T('\0');
    return line;
}

const TCHAR *batch_file_hazard(TCHAR *const words[])
{
    if (words[0] == NULL)
        return NULL;
    /* Windows leaves out dots and blanks at the end of a name: "t.bat. ." is t.bat. */
    size_t chars = _tcscspn(words[0], _T("\""));
    while (chars > 0 && _tcschr(_T(". "), words[0][chars - 1]) != NULL)
        chars--;
    if (chars < 4 ||
        (_tcsnicmp(words[0] + chars - 4, _T(".bat"), 4) != 0 && _tcsnicmp(words[0] + chars - 4, _T(".cmd"), 4) != 0))
        return NULL;

    /* & | < > ^ also within quotes: the file may use %~1, which is the argument without them. */
    for (; *words != NULL; words++) {
        const TCHAR *hazard = *words + _tcscspn(*words, _T("\"%!&|<>^\r\n"));
        if (*hazard != _T('\0'))
            return hazard;
    }
    return NULL;
}
