/* trace_constants.c - numbers by their names. */
#include "trace_internal.h"

/* A number by its name, such as {"name":"OPEN_EXISTING","value":3}. */
static void begin_name(trace_call *call)
{
    trace_put(call, "{\"name\":\"");
}

static void end_name(trace_call *call, DWORD value)
{
    trace_put(call, "\",\"value\":");
    trace_put_number(call, value);
    trace_put(call, "}");
}

void trace_constant(trace_call *call, const char *name, const trace_names *names, DWORD value)
{
    DWORD rest = value;
    bool is_first = true;

    trace_put_key(call, name);
    for (size_t i = 0; i < names->count; i++) {
        DWORD bits = names->names[i].value;
        /* A name for 0, such as PIPE_WAIT, stands only for 0 alone. */
        bool fits = names->are_flags && value != 0 ? bits != 0 && (rest & bits) == bits : value == bits;
        if (!fits)
            continue;
        if (is_first)
            begin_name(call);
        else
            trace_put(call, " | ");
        is_first = false;
        trace_put(call, names->names[i].name);
        rest &= ~bits;
        if (!names->are_flags) {
            rest = 0;
            break;
        }
    }
    if (is_first) {
        trace_put_number(call, value);
        return;
    }
    if (rest != 0) {
        trace_put(call, " | 0x");
        trace_put_hex(call, rest, 1);
    }
    end_name(call, value);
}

void trace_wait_result(trace_call *call, const char *name, DWORD value)
{
    const DWORD abandoned = WAIT_ABANDONED_0;

    trace_put_key(call, name);
    begin_name(call);
    if (value == WAIT_TIMEOUT) {
        trace_put(call, "WAIT_TIMEOUT");
    } else if (value == WAIT_IO_COMPLETION) {
        trace_put(call, "WAIT_IO_COMPLETION");
    } else if (value == WAIT_FAILED) {
        trace_put(call, "WAIT_FAILED");
    } else {
        bool is_abandoned = value >= abandoned && value < abandoned + MAXIMUM_WAIT_OBJECTS;
        DWORD index = is_abandoned ? value - abandoned : value;
        trace_put(call, is_abandoned ? "WAIT_ABANDONED_0" : "WAIT_OBJECT_0");
        if (index > 0) {
            trace_put(call, " + ");
            trace_put_number(call, index);
        }
    }
    end_name(call, value);
}
