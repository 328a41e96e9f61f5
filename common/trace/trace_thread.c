/*
 * trace_thread.c - which thread writes a line: by its number, in the order of creation. The main thread is 1, and a
 * thread that the program makes gets its number from the thread that makes it, so that it is the same in each run.
 */
#include <stdlib.h>

#include "trace_internal.h"

/* What is known of a running thread; it is in the thread's own storage. */
typedef struct thread_state {
    LONG number;
    LONG calls; /* that it has made so far */
    bool is_new_of_system;
    bool is_recording; /* it is within a recorder, so what it calls now is no call of the program */
} thread_state;

static DWORD state_index = TLS_OUT_OF_INDEXES;
static volatile LONG threads_numbered;

static thread_state *make_state(LONG number)
{
    static thread_state without_memory = {0, 0, false, true};
    const thread_state fresh = {number, 0, false, false};

    TlsSetValue(state_index, &without_memory); /* allocate may end the program, which prints then */
    thread_state *state = allocate(sizeof(*state));
    *state = fresh;
    TlsSetValue(state_index, state);
    return state;
}

LONG trace_next_thread(void)
{
    return InterlockedIncrement(&threads_numbered);
}

void trace_number_threads(void)
{
    state_index = TlsAlloc();
    if (state_index == TLS_OUT_OF_INDEXES)
        die_error(_T("TlsAlloc"));
    make_state(trace_next_thread());
}

/* A thread that nobody has numbered was made by the system: for a timer, a wait, a Ctrl+C. */
static thread_state *this_thread(void)
{
    thread_state *state = TlsGetValue(state_index);

    if (state == NULL) {
        state = make_state(trace_next_thread());
        state->is_new_of_system = true;
    }
    return state;
}

void trace_set_thread(LONG number)
{
    make_state(number);
}

void trace_forget_thread(void)
{
    free(TlsGetValue(state_index));
    TlsSetValue(state_index, NULL);
}

LONG trace_this_thread(void)
{
    return this_thread()->number;
}

LONG trace_next_call(void)
{
    return ++this_thread()->calls;
}

bool trace_hold(void)
{
    thread_state *state = this_thread();
    bool isFree = !state->is_recording;

    state->is_recording = true;
    return isFree;
}

void trace_release(void)
{
    this_thread()->is_recording = false;
}

void trace_put_thread(trace_call *line)
{
    thread_state *state = this_thread();

    trace_number(line, "thread", state->number);
    if (state->is_new_of_system)
        trace_bool(line, "pool", TRUE);
    state->is_new_of_system = false;
}
