/* trace_structures.c - structures, with the members that matter. */
#include "trace_internal.h"

void trace_security(trace_call *call, const char *name, const SECURITY_ATTRIBUTES *security)
{
    trace_put_key(call, name);
    if (security == NULL) {
        trace_put(call, "null");
        return;
    }
    trace_put(call, "{");
    trace_bool(call, "bInheritHandle", security->bInheritHandle);
    trace_put(call, "}");
}

void trace_overlapped(trace_call *call, const char *name, const OVERLAPPED *overlapped)
{
    trace_put_key(call, name);
    if (overlapped == NULL) {
        trace_put(call, "null");
        return;
    }
    trace_put(call, "{");
    trace_handle(call, "hEvent", overlapped->hEvent);
    trace_put(call, "}");
}

void trace_startup(trace_call *call, const char *name, const STARTUPINFOW *startup, DWORD creationFlags)
{
    trace_put_key(call, name);
    trace_put(call, "{");
    if (startup->dwFlags & STARTF_USESTDHANDLES) {
        trace_handle(call, "hStdInput", startup->hStdInput);
        trace_handle(call, "hStdOutput", startup->hStdOutput);
        trace_handle(call, "hStdError", startup->hStdError);
    }
    if (creationFlags & EXTENDED_STARTUPINFO_PRESENT)
        trace_pointer(call, "lpAttributeList", ((const STARTUPINFOEXW *)startup)->lpAttributeList);
    trace_put(call, "}");
}

void trace_attribute_value(trace_call *call, const char *name, const void *value, DWORD_PTR attribute, SIZE_T bytes)
{
    if (attribute == PROC_THREAD_ATTRIBUTE_HANDLE_LIST)
        trace_handles(call, name, value, (DWORD)(bytes / sizeof(HANDLE)));
    else
        trace_given(call, name, value != NULL);
}

void trace_process_information(trace_call *call, const char *name, const PROCESS_INFORMATION *process)
{
    trace_put_key(call, name);
    trace_put(call, "{");
    trace_made(call, "hProcess", process->hProcess, "process", no_text);
    trace_made(call, "hThread", process->hThread, "thread", no_text);
    trace_number(call, "dwProcessId", process->dwProcessId);
    trace_number(call, "dwThreadId", process->dwThreadId);
    trace_put(call, "}");
}

void trace_process_entry(trace_call *call, const char *name, trace_string program, DWORD pid, DWORD parent)
{
    trace_put_key(call, name);
    trace_put(call, "{");
    trace_text(call, "szExeFile", program);
    trace_number(call, "th32ProcessID", pid);
    trace_number(call, "th32ParentProcessID", parent);
    trace_put(call, "}");
}
