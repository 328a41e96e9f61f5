/* trace_json.c - appends JSON to the line of a call. */
#include <string.h>

#include "code_point.h"
#include "json.h"
#include "trace_internal.h"

#define ELLIPSIS 0x2026UL /* for what is left out */

void trace_put_bytes(trace_call *call, const char *bytes, size_t count)
{
    if (call->size - call->used < count + 1) {
        call->size = 2 * call->size + count + 256;
        call->text = reallocate(call->text, call->size);
    }
    memcpy(call->text + call->used, bytes, count);
    call->used += count;
    call->text[call->used] = '\0';
}

void trace_put(trace_call *call, const char *json)
{
    trace_put_bytes(call, json, strlen(json));
}

void trace_put_hex(trace_call *call, ULONGLONG value, int digits)
{
    char text[16];
    int used = 0;

    for (int shift = 60; shift >= 0; shift -= 4) {
        unsigned digit = (unsigned)(value >> shift) & 0xF;
        if (digit != 0 || used > 0 || shift < 4 * digits)
            text[used++] = "0123456789abcdef"[digit];
    }
    trace_put_bytes(call, text, (size_t)used);
}

void trace_put_number(trace_call *call, LONGLONG number)
{
    ULONGLONG rest = number < 0 ? 0 - (ULONGLONG)number : (ULONGLONG)number;
    char digits[21];
    size_t first = sizeof(digits);

    do {
        digits[--first] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0)
        digits[--first] = '-';
    trace_put_bytes(call, digits + first, sizeof(digits) - first);
}

/* A character inside a JSON string. */
static void put_code_point(trace_call *call, unsigned long code_point)
{
    char escape[JSON_ESCAPE_CHARS], utf8[4];
    size_t escape_chars;

    if (code_point == BROKEN_CODE_POINT)
        code_point = REPLACEMENT_CODE_POINT;
    escape_chars = json_escape(code_point, escape);
    if (escape_chars > 0)
        trace_put_bytes(call, escape, escape_chars);
    else
        trace_put_bytes(call, utf8, utf8_put(code_point, utf8));
}

void trace_put_utf8(trace_call *call, const char *utf8, size_t bytes)
{
    unsigned long code_point;
    size_t used = 0;

    trace_put(call, "\"");
    for (int chars = 0; used < bytes; chars++) {
        if (chars == TEXT_CHARS) {
            put_code_point(call, ELLIPSIS);
            break;
        }
        used += utf8_next(utf8 + used, &code_point);
        put_code_point(call, code_point);
    }
    trace_put(call, "\"");
}

void trace_put_utf16(trace_call *call, const wchar_t *utf16, size_t units)
{
    unsigned long code_point;
    size_t used = 0;

    trace_put(call, "\"");
    for (int chars = 0; used < units; chars++) {
        if (chars == TEXT_CHARS) {
            put_code_point(call, ELLIPSIS);
            break;
        }
        used += utf16_next(utf16 + used, &code_point);
        put_code_point(call, code_point);
    }
    trace_put(call, "\"");
}

void trace_word(trace_call *call, const char *name, const char *utf8)
{
    trace_put_key(call, name);
    trace_put_utf8(call, utf8, strlen(utf8));
}

void trace_put_key(trace_call *call, const char *name)
{
    if (name == NULL)
        return;
    if (call->used == 0 || call->text[call->used - 1] != '{')
        trace_put(call, ",");
    trace_put(call, "\"");
    trace_put(call, name);
    trace_put(call, "\":");
}
