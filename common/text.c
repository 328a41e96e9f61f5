/*
 * text.c - text helpers that need no system: the same for wchar_t (UTF-16) and char (UTF-8).
 */
#include "code_point.h"
#include "companion.h"

bool is_harmless(unsigned long code_point)
{
    static const struct {
        unsigned long first, last;
    } harmful[] = {
        {0x00, '\t' - 1},       {'\t' + 1, 0x1F}, /* control characters */
        {0x7F, 0x9F},                             /* more of them: U+009B begins an escape sequence */
        {0x2028, 0x202E},                         /* line separators, marks of the writing direction */
        {0x2066, 0x2069},                         /* more of these marks */
        {0x110000, 0xFFFFFFFF},                   /* not a character */
    };

    for (size_t i = 0; i < sizeof(harmful) / sizeof(harmful[0]); i++) {
        if (code_point >= harmful[i].first && code_point <= harmful[i].last)
            return false;
    }
    return true;
}

TCHAR *printable(TCHAR *text)
{
    TCHAR *to = text;
    const TCHAR *from = text;

    while (*from != _T('\0')) {
        unsigned long code_point;
        size_t units = text_next(from, &code_point);

        if (is_harmless(code_point)) {
            for (size_t i = 0; i < units; i++)
                *to++ = from[i];
        } else {
            *to++ = _T('?');
        }
        from += units;
    }
    *to = _T('\0');
    return text;
}

TCHAR *printable_chars(TCHAR *text, size_t chars)
{
    for (size_t i = 0; i < chars; i++) {
        if (text[i] == _T('\0'))
            text[i] = _T('?');
    }
    text[chars] = _T('\0');
    return printable(text);
}
