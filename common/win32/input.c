/* input.c - the bytes of standard input: what is typed at a console comes as UTF-8, too. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Room for what is typed, as UTF-8: three bytes a unit are the most. */
#define TYPED_CHARS ((INPUT_BYTES - 1) / 3 - 1)

/* A part of what is typed, up to the end of a line. 0 at the end of the input. */
static size_t read_console(HANDLE hConsole, char *bytes)
{
    const wchar_t ctrl_z = 0x1A, ctrl_d = 0x04;
    static wchar_t half; /* the first half of a surrogate pair; the other comes with the next read */
    static bool is_within_line;
    wchar_t typed[1 + TYPED_CHARS + 1];
    DWORD charsRead;
    size_t chars;

    do {
        size_t first = 0;

        if (half != 0)
            typed[first++] = half;
        half = 0;
        if (!ReadConsoleW(hConsole, typed + first, TYPED_CHARS, &charsRead, NULL))
            die_error(_T("ReadConsole"));
        chars = first + charsRead;
        if (chars > 0 && IS_HIGH_SURROGATE(typed[chars - 1]))
            half = typed[--chars];
    } while (chars == 0); /* Ctrl+C; its handler runs in another thread */

    if (!is_within_line && (typed[0] == ctrl_z || typed[0] == ctrl_d))
        return 0;
    is_within_line = typed[chars - 1] != L'\n';

    typed[chars] = L'\0';
    for (size_t i = 0; i < chars; i++) {
        if (typed[i] == L'\0')
            typed[i] = 0xFFFD;
    }
    char *utf8 = utf8_from_wide(typed);
    size_t count = strlen(utf8);
    memcpy(bytes, utf8, count);
    free(utf8);
    return count;
}

size_t read_input(char *bytes, size_t room)
{
    HANDLE hInput = GetStdHandle(STD_INPUT_HANDLE);
    DWORD bytesRead;

    if (hInput == NULL || hInput == INVALID_HANDLE_VALUE)
        return 0;
    if (is_console(hInput))
        return read_console(hInput, bytes);

    if (!ReadFile(hInput, bytes, room < MAXDWORD ? (DWORD)room : MAXDWORD, &bytesRead, NULL)) {
        if (GetLastError() == ERROR_BROKEN_PIPE)
            return 0;
        die_error(_T("ReadFile(standard input)"));
    }
    return bytesRead;
}
