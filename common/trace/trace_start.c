/*
 * trace_start.c - the start and the end of a thread that the program makes. Instead of the program's function the
 * thread runs a trampoline, which writes a line before it and behind it.
 */
#include <stdlib.h>

#include "trace_internal.h"

/* What such a thread begins with. */
struct trace_start {
    void (*function)(void); /* of the type that its trampoline knows */
    void *parameter;
    LONG number;
    LONG creator, creating_call; /* the thread that makes it, and the number of its call */
};

trace_start *trace_make_start(const trace_call *call, void (*function)(void), void *parameter)
{
    trace_start *start = allocate(sizeof(*start));

    start->function = function;
    start->parameter = parameter;
    start->number = trace_next_thread();
    start->creator = trace_this_thread();
    start->creating_call = call->number;
    SetLastError(call->last_error);
    return start;
}

void trace_started(trace_start *start, bool is_success)
{
    if (!is_success)
        free(start);
}

/* In the new thread: its first line. Takes what it begins with, which must not be used again. */
static void begin_thread(trace_start *start)
{
    trace_call members = {0};

    trace_set_thread(start->number);
    trace_hold();
    trace_put(&members, ",\"creator\":{");
    trace_number(&members, "thread", start->creator);
    trace_number(&members, "number", start->creating_call);
    trace_put(&members, "}");
    trace_write_event("thread_start", trace_now(), members.text);
    free(members.text);
    free(start);
    trace_release();
    SetLastError(0); /* as a new thread finds it */
}

void trace_thread_end(trace_call *call, DWORD code)
{
    trace_hold();
    trace_number(call, "code", code);
    trace_write_event("thread_end", trace_now(), call->text);
    free(call->text);
    trace_forget_thread();
}

DWORD WINAPI trace_run_windows(void *given)
{
    const trace_start start = *(trace_start *)given;
    trace_call none = {0};

    begin_thread(given);
    DWORD code = ((LPTHREAD_START_ROUTINE)start.function)(start.parameter);
    trace_thread_end(&none, code);
    return code;
}

unsigned __stdcall trace_run_runtime_ex(void *given)
{
    const trace_start start = *(trace_start *)given;
    trace_call none = {0};

    begin_thread(given);
    unsigned code = ((_beginthreadex_proc_type)start.function)(start.parameter);
    trace_thread_end(&none, code);
    return code;
}

void __cdecl trace_run_runtime(void *given)
{
    const trace_start start = *(trace_start *)given;
    trace_call none = {0};

    begin_thread(given);
    ((_beginthread_proc_type)start.function)(start.parameter);
    trace_thread_end(&none, 0);
}
