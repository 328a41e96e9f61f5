/* trace_data.c - data: as text where it is text. */
#include <string.h>

#include "code_point.h"
#include "trace_internal.h"

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

/* Without the character of UTF-8 that is cut at the end. */
static size_t without_cut_utf8(const char *bytes, size_t count)
{
    size_t whole = count;

    while (whole > 0 && count - whole < 3 && ((unsigned char)bytes[whole] & 0xC0) == 0x80)
        whole--;
    return whole;
}

/*
 * Puts the data as text where it is UTF-8 or UTF-16, which only its bytes can tell. A terminator may be a part of it.
 * Of long data only the beginning is read, up to the end of a character.
 */
static bool put_as_text(trace_call *call, const char *data, size_t count)
{
    wchar_t utf16[DATA_BYTES / sizeof(wchar_t)];
    bool isCut = count > DATA_BYTES;
    size_t bytes = isCut ? without_cut_utf8(data, DATA_BYTES) : count;
    size_t units = (isCut ? DATA_BYTES : count) / sizeof(wchar_t);

    memcpy(utf16, data, units * sizeof(wchar_t)); /* which need not stand at an even address */
    if (isCut && IS_HIGH_SURROGATE(utf16[units - 1]))
        units--;
    size_t ending = bytes > 0 && data[bytes - 1] == '\0' ? 1 : 0;
    size_t wide_ending = units > 0 && utf16[units - 1] == L'\0' ? 1 : 0;

    /* In the ANSI build two bytes, the second a NUL, are rather a character and its terminator than one of UTF-16. */
    bool isAnsi = sizeof(TCHAR) == 1;

    if (is_utf8(data, bytes) || (isAnsi && is_utf8(data, bytes - ending)))
        trace_put_utf8(call, data, bytes);
    else if (count % sizeof(wchar_t) == 0 && is_utf16(utf16, units - wide_ending))
        trace_put_utf16(call, utf16, units);
    else if (is_utf8(data, bytes - ending))
        trace_put_utf8(call, data, bytes);
    else
        return false;
    return true;
}

/* The beginning of the object: how many bytes there are. */
static void open_data(trace_call *call, const char *name, size_t bytes)
{
    trace_put_key(call, name);
    trace_put(call, "{\"bytes\":");
    trace_put_number(call, (LONGLONG)bytes);
}

static void close_data(trace_call *call, size_t bytes)
{
    if (bytes > DATA_BYTES)
        trace_bool(call, "cut", TRUE);
    trace_put(call, "}");
}

void trace_data(trace_call *call, const char *name, const void *data, size_t bytes)
{
    if (data == NULL) {
        trace_given(call, name, false);
        return;
    }
    open_data(call, name, bytes);

    size_t before = call->used;
    trace_put_key(call, "text");
    if (!put_as_text(call, data, bytes)) {
        call->used = before;
        trace_put_key(call, "hex");
        trace_put(call, "\"");
        for (size_t i = 0; i < bytes && i < DATA_BYTES; i++)
            trace_put_hex(call, ((const unsigned char *)data)[i], 2);
        trace_put(call, "\"");
    }
    close_data(call, bytes);
}

void trace_chars(trace_call *call, const char *name, trace_string text, size_t chars)
{
    if (text.wide == NULL) {
        trace_data(call, name, text.ansi, chars);
        return;
    }
    size_t bytes = chars * sizeof(wchar_t);
    open_data(call, name, bytes);
    trace_put_key(call, "text");
    trace_put_utf16(call, text.wide, bytes > DATA_BYTES ? DATA_BYTES / sizeof(wchar_t) : chars);
    close_data(call, bytes);
}

size_t trace_count(const DWORD *bytes, DWORD room)
{
    return bytes == NULL ? 0 : *bytes < room ? *bytes : room;
}
