/*
 * text.c - text helpers that need no system: the same for wchar_t (UTF-16) and char (UTF-8).
 */
#include "companion.h"

#ifdef _UNICODE

static size_t next_code_point(const wchar_t *text, unsigned long *code_point)
{
    *code_point = text[0];
    if (IS_SURROGATE_PAIR(text[0], text[1])) {
        *code_point = 0x10000UL + ((text[0] & 0x3FFUL) << 10 | (text[1] & 0x3FFUL));
        return 2;
    }
    return 1;
}

#else

#include "utf8.h"

static size_t next_code_point(const char *text, unsigned long *code_point)
{
    return utf8_next(text, code_point);
}

#endif

static bool is_harmless(unsigned long code_point)
{
    static const struct {
        unsigned long first, last;
    } harmful[] = {
        {0x00, '\t' - 1},       {'\t' + 1, 0x1F}, /* control characters */
        {0x7F, 0x9F},                             /* more of them: with U+009B, too, an escape sequence begins */
        {0x2028, 0x202E},                         /* line separators, marks of the writing direction */
        {0x2066, 0x2069},                         /* more of these marks */
        {0xD800, 0xDFFF},                         /* half a surrogate pair */
        {0x110000, 0xFFFFFFFF},                   /* no character: broken UTF-8 */
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
        size_t units = next_code_point(from, &code_point);

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

bool format_text(TCHAR *buffer, size_t buffer_chars, const TCHAR *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int chars = _vsntprintf(buffer, buffer_chars, format, arguments);
    va_end(arguments);

    /* Windows neither terminates a text that just does not fit, nor gives its length. */
    buffer[buffer_chars - 1] = _T('\0');
    return chars >= 0 && (size_t)chars < buffer_chars;
}
