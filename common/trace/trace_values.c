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

const trace_string no_text = {NULL, NULL};

trace_string trace_wide(const wchar_t *text)
{
    trace_string result = {text, NULL};
    return result;
}

trace_string trace_ansi(const char *text)
{
    trace_string result = {NULL, text};
    return result;
}

trace_string trace_tchar(const TCHAR *text)
{
#ifdef _UNICODE
    return trace_wide(text);
#else
    return trace_ansi(text);
#endif
}

static void put_ansi(trace_call *call, const char *text)
{
    int units = MultiByteToWideChar(CP_ACP, 0, text, -1, NULL, 0);
    wchar_t *wide = allocate((size_t)(units + 1) * sizeof(wchar_t));

    wide[0] = L'\0';
    MultiByteToWideChar(CP_ACP, 0, text, -1, wide, units);
    trace_put_utf16(call, wide, wcslen(wide));
    free(wide);
}

void trace_text(trace_call *call, const char *name, trace_string text)
{
    trace_put_key(call, name);
    if (text.wide != NULL)
        trace_put_utf16(call, text.wide, wcslen(text.wide));
    else if (text.ansi != NULL)
        put_ansi(call, text.ansi);
    else
        trace_put(call, "null");
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
    if (pointer == NULL) {
        trace_given(call, name, false);
        return;
    }
    trace_put_key(call, name);
    trace_put(call, "{\"pointer\":\"0x");
    trace_put_hex(call, (ULONGLONG)(ULONG_PTR)pointer, 1);
    trace_put(call, "\"}");
}
