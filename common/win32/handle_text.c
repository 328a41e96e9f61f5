/* handle_text.c - a handle as text, for another process. */
#include <stdint.h>

#include "companion.h"

void format_handle(TCHAR text[HANDLE_CHARS], HANDLE handle)
{
    TCHAR digits[HANDLE_CHARS];
    UINT_PTR value = (UINT_PTR)handle;
    int count = 0;

    /* Not printf: no format fits both 32 and 64 bits. */
    do {
        digits[count++] = _T("0123456789ABCDEF")[value % 16];
        value /= 16;
    } while (value != 0);

    *text++ = _T('0');
    *text++ = _T('x');
    while (count > 0)
        *text++ = digits[--count];
    *text = _T('\0');
}

bool parse_handle(const TCHAR *text, HANDLE *handle)
{
    const bool isHexadecimal = text[0] == _T('0') && (text[1] == _T('x') || text[1] == _T('X'));
    const UINT_PTR base = isHexadecimal ? 16 : 10;
    UINT_PTR value = 0;

    if (isHexadecimal)
        text += 2;
    if (text[0] == _T('\0'))
        return false;

    for (; *text != _T('\0'); text++) {
        UINT_PTR digit = base;

        if (*text >= _T('0') && *text <= _T('9'))
            digit = (UINT_PTR)(*text - _T('0'));
        else if (*text >= _T('a') && *text <= _T('f'))
            digit = (UINT_PTR)(*text - _T('a')) + 10;
        else if (*text >= _T('A') && *text <= _T('F'))
            digit = (UINT_PTR)(*text - _T('A')) + 10;

        if (digit >= base || value > (UINTPTR_MAX - digit) / base)
            return false;
        value = value * base + digit;
    }
    *handle = (HANDLE)value;
    return true;
}
