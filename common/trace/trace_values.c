/* trace_values.c - plain values, and the places of those that are known only after the call. */
#include <stdlib.h>
#include <string.h>

#include "trace_internal.h"

void trace_later(trace_call *call, const char *name, bool is_given)
{
    trace_put_key(call, name);
    call->places[call->places_used++] = call->used;
    trace_put(call, is_given ? "{}" : "null");
}

/* Puts back what stands behind the argument that was filled in last. */
static void end_fill(trace_call *call)
{
    if (call->tail == NULL)
        return;
    trace_put(call, call->tail);
    free(call->tail);
    call->tail = NULL;
}

void trace_fill(trace_call *call, int place)
{
    end_fill(call);
    const char *behind = call->text + call->places[place] + strlen("{}");
    size_t bytes = strlen(behind) + 1;
    call->tail = memcpy(allocate(bytes), behind, bytes);
    call->used = call->places[place];
}

void trace_result(trace_call *call)
{
    end_fill(call);
    trace_put(call, "}");
}

static void put_text(trace_call *call, const TCHAR *text)
{
#ifdef _UNICODE
    trace_put_utf16(call, text, wcslen(text));
#else
    trace_put_utf8(call, text, strlen(text));
#endif
}

void trace_text(trace_call *call, const char *name, const TCHAR *text)
{
    trace_put_key(call, name);
    if (text == NULL)
        trace_put(call, "null");
    else
        put_text(call, text);
}

void trace_ansi(trace_call *call, const char *name, const char *text)
{
    trace_put_key(call, name);
    if (text == NULL)
        trace_put(call, "null");
    else
        trace_put_utf8(call, text, strlen(text));
}

void trace_wide(trace_call *call, const char *name, const wchar_t *text)
{
    trace_put_key(call, name);
    if (text == NULL)
        trace_put(call, "null");
    else
        trace_put_utf16(call, text, wcslen(text));
}

void trace_number(trace_call *call, const char *name, LONGLONG number)
{
    trace_put_key(call, name);
    trace_put_number(call, number);
}

void trace_bool(trace_call *call, const char *name, BOOL value)
{
    trace_put_key(call, name);
    trace_put(call, value ? "true" : "false");
}

void trace_given(trace_call *call, const char *name, bool is_given)
{
    trace_put_key(call, name);
    trace_put(call, is_given ? "{\"given\":true}" : "null");
}

void trace_pointer(trace_call *call, const char *name, const void *pointer)
{
    trace_put_key(call, name);
    trace_put(call, "{\"pointer\":\"0x");
    trace_put_hex(call, (ULONGLONG)(ULONG_PTR)pointer, 1);
    trace_put(call, "\"}");
}
