/* json.c - text as JSON writes it. */
#include "json.h"

#include "code_point.h"
#include "internal.h"

size_t json_escape(unsigned long code_point, char escape[JSON_ESCAPE_CHARS])
{
    escape[0] = '\\';
    if (code_point == '"' || code_point == '\\') {
        escape[1] = (char)code_point;
        return 2;
    }
    /* JSON allows no character below 0x20, the harmless tab included. What is harmful is below 0x10000: four digits. */
    if (code_point >= 0x20 && is_harmless(code_point))
        return 0;
    escape[1] = 'u';
    for (int i = 0; i < 4; i++)
        escape[2 + i] = "0123456789abcdef"[code_point >> (12 - 4 * i) & 0xF];
    return JSON_ESCAPE_CHARS;
}

/* Appends one character, escaped or replaced where it must be, and gives the new end. */
static TCHAR *put(TCHAR *end, unsigned long code_point, const TCHAR *units, size_t count)
{
    static const TCHAR replacement[] = _T("\uFFFD");
    char escape[JSON_ESCAPE_CHARS];

    if (code_point == BROKEN_CODE_POINT) {
        units = replacement;
        count = _tcslen(replacement);
    } else {
        size_t escape_chars = json_escape(code_point, escape);

        for (size_t i = 0; i < escape_chars; i++)
            *end++ = (TCHAR)escape[i];
        if (escape_chars > 0)
            return end;
    }
    for (size_t i = 0; i < count; i++)
        *end++ = units[i];
    return end;
}

TCHAR *json_string(const TCHAR *text)
{
    size_t chars = text == NULL ? 0 : _tcslen(text);
    /* At most an escape for each character, and two quotes, or null, and the terminator. */
    TCHAR *json = allocate((JSON_ESCAPE_CHARS * chars + _tcslen(_T("null")) + 1) * sizeof(TCHAR));

    if (text == NULL) {
        format_text(json, _tcslen(_T("null")) + 1, _T("null"));
        return json;
    }

    TCHAR *end = json;
    *end++ = _T('"');
    while (*text != _T('\0')) {
        unsigned long code_point;
        size_t units = text_next(text, &code_point);

        end = put(end, code_point, text, units);
        text += units;
    }
    *end++ = _T('"');
    *end = _T('\0');
    return json;
}
