/* trace_handles.c - handles, and what the system tells of a new one. */
#include "trace_internal.h"

/* The beginning of the JSON object for a handle; the caller adds the closing brace. */
static void open_handle(trace_call *call, HANDLE handle)
{
    if (handle == NULL) {
        trace_put(call, "{\"handle\":\"NULL\"");
    } else if (handle == INVALID_HANDLE_VALUE) {
        trace_put(call, "{\"handle\":\"INVALID_HANDLE_VALUE\"");
    } else {
        trace_put(call, "{\"handle\":\"0x");
        trace_put_hex(call, (ULONGLONG)(ULONG_PTR)handle, 1);
        trace_put(call, "\"");
    }
}

static void put_handle(trace_call *call, HANDLE handle)
{
    open_handle(call, handle);
    trace_put(call, "}");
}

void trace_handle(trace_call *call, const char *name, HANDLE handle)
{
    if (call->handle == NULL)
        call->handle = handle;
    trace_put_key(call, name);
    put_handle(call, handle);
}

void trace_process(trace_call *call, const char *name, HANDLE hProcess)
{
    trace_put_key(call, name);
    if (hProcess == GetCurrentProcess()) {
        trace_put(call, "{\"handle\":\"GetCurrentProcess()\"");
        trace_number(call, "pid", GetCurrentProcessId());
    } else {
        DWORD pid = GetProcessId(hProcess);
        open_handle(call, hProcess);
        if (pid != 0)
            trace_number(call, "pid", pid);
    }
    trace_put(call, "}");
}

void trace_thread(trace_call *call, const char *name, HANDLE hThread)
{
    DWORD tid = GetThreadId(hThread);

    trace_put_key(call, name);
    if (hThread == GetCurrentThread())
        trace_put(call, "{\"handle\":\"GetCurrentThread()\"");
    else
        open_handle(call, hThread);
    if (tid != 0)
        trace_number(call, "tid", tid);
    trace_put(call, "}");
}

void trace_handles(trace_call *call, const char *name, const HANDLE *handles, DWORD count)
{
    trace_put_key(call, name);
    if (handles == NULL) {
        trace_put(call, "null");
        return;
    }
    if (count > MAXIMUM_WAIT_OBJECTS)
        count = MAXIMUM_WAIT_OBJECTS;
    trace_put(call, "[");
    for (DWORD i = 0; i < count; i++) {
        if (i > 0)
            trace_put(call, ",");
        put_handle(call, handles[i]);
    }
    trace_put(call, "]");
}

/* What the system says of a handle of this process, which may differ from what was asked for. */
static void put_told(trace_call *call, HANDLE handle)
{
    DWORD flags, pid = GetProcessId(handle), tid = GetThreadId(handle);

    if (GetHandleInformation(handle, &flags))
        trace_bool(call, "inherit", flags & HANDLE_FLAG_INHERIT);
    if (pid != 0)
        trace_number(call, "pid", pid);
    if (tid != 0)
        trace_number(call, "tid", tid);
}

void trace_made(trace_call *call, const char *name, HANDLE handle, const char *type, trace_string object)
{
    trace_put_key(call, name);
    open_handle(call, handle);
    if (handle != NULL && handle != INVALID_HANDLE_VALUE) {
        trace_word(call, "type", type);
        if (object.wide != NULL || object.ansi != NULL)
            trace_text(call, "name", object);
        put_told(call, handle);
    }
    trace_put(call, "}");
}

void trace_made_in(trace_call *call, const char *name, HANDLE handle, HANDLE hProcess)
{
    trace_put_key(call, name);
    open_handle(call, handle);
    /* In another process the same number means something else. */
    if (handle != NULL && GetProcessId(hProcess) == GetCurrentProcessId())
        put_told(call, handle);
    trace_put(call, "}");
}
