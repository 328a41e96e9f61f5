/* trace_data.c - data: as text where it is text. */
#include <string.h>

#include "code_point.h"
#include "trace_internal.h"

#define PREVIEW_BYTES 16 /* of data that is no text */

static bool is_text(unsigned long code_point)
{
    return code_point != BROKEN_CODE_POINT && (code_point >= 0x20 || (code_point >= '\t' && code_point <= '\r'));
}

static bool is_utf8(const char *bytes, size_t count)
{
    unsigned long code_point;

    for (size_t used = 0; used < count;) {
        used += utf8_next(bytes + used, &code_point);
        if (!is_text(code_point))
            return false;
    }
    return true;
}

static bool is_utf16(const wchar_t *utf16, size_t units)
{
    unsigned long code_point;

    for (size_t used = 0; used < units;) {
        used += utf16_next(utf16 + used, &code_point);
        if (!is_text(code_point))
            return false;
    }
    return true;
}

/*
 * Puts the data as text where it is UTF-8 or UTF-16, which only its bytes can tell. A terminator may be a part of it.
 * Of long data only the beginning is read, up to the end of a character.
 */
static bool put_as_text(trace_call *call, const char *data, size_t count)
{
    wchar_t utf16[2 * PREVIEW_CHARS + 8]; /* more than is shown, so that an ellipsis stands for the rest */
    char *utf8 = (char *)utf16;           /* the same bytes */
    const size_t room = sizeof(utf16) - sizeof(wchar_t);
    size_t bytes = count < room ? count : room;
    size_t units = bytes / sizeof(wchar_t);

    if (bytes < count) {
        while (bytes > room - 4 && ((unsigned char)data[bytes] & 0xC0) == 0x80)
            bytes--;
    }
    memset(utf16, 0, sizeof(utf16));
    memcpy(utf16, data, units * sizeof(wchar_t) > bytes ? units * sizeof(wchar_t) : bytes);
    if (bytes < count && IS_HIGH_SURROGATE(utf16[units - 1]))
        units--;
    size_t ending = bytes > 0 && utf8[bytes - 1] == '\0' ? 1 : 0;
    size_t wide_ending = units > 0 && utf16[units - 1] == L'\0' ? 1 : 0;

    /* In the ANSI build two bytes, the second a NUL, are rather a character and its terminator than one of UTF-16. */
    bool isAnsi = sizeof(TCHAR) == 1;

    if (is_utf8(utf8, bytes) || (isAnsi && is_utf8(utf8, bytes - ending)))
        trace_put_utf8(call, utf8, bytes);
    else if (count % sizeof(wchar_t) == 0 && is_utf16(utf16, units - wide_ending))
        trace_put_utf16(call, utf16, units);
    else if (is_utf8(utf8, bytes - ending))
        trace_put_utf8(call, utf8, bytes);
    else
        return false;
    return true;
}

void trace_data(trace_call *call, const char *name, const void *data, size_t bytes)
{
    trace_put_key(call, name);
    if (data == NULL) {
        trace_put(call, "null");
        return;
    }
    trace_put(call, "{\"bytes\":");
    trace_put_number(call, (LONGLONG)bytes);

    size_t before = call->used;
    trace_put_key(call, "text");
    if (!put_as_text(call, data, bytes)) {
        call->used = before;
        trace_put_key(call, "hex");
        trace_put(call, "\"");
        for (size_t i = 0; i < bytes && i < PREVIEW_BYTES; i++)
            trace_put_hex(call, ((const unsigned char *)data)[i], 2);
        trace_put(call, "\"");
    }
    trace_put(call, "}");
}

void trace_chars(trace_call *call, const char *name, trace_string text, size_t chars)
{
    if (text.wide == NULL) {
        trace_data(call, name, text.ansi, chars);
        return;
    }
    trace_put_key(call, name);
    trace_put(call, "{\"bytes\":");
    trace_put_number(call, (LONGLONG)(chars * sizeof(wchar_t)));
    trace_put_key(call, "text");
    trace_put_utf16(call, text.wide, chars);
    trace_put(call, "}");
}

size_t trace_count(const DWORD *bytes, DWORD room)
{
    return bytes == NULL ? 0 : *bytes < room ? *bytes : room;
}
