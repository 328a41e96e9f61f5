/*
 * trace_record.h - what the recorders are made of. The build makes one for each line of trace_calls.txt:
 *
 *     trace_begin, the arguments, trace_enter, the call itself, trace_leave, what it has written, trace_result, its
 *     result, trace_end
 */
#ifndef COMPANION_TRACE_RECORD_H
#define COMPANION_TRACE_RECORD_H

#include <process.h>
#include <stdbool.h>
#include <stddef.h>
#include <tchar.h>
#include <windows.h>
#include <winsock2.h>

#include "trace_place.h"

/* Whether calls are recorded. If not, this check is all that a recorder costs. */
extern bool trace_is_on;

/* One call, from its entry to its return. */
typedef struct trace_call {
    const char *name;
    LONG number;         /* within the thread */
    LONGLONG begin, end; /* microseconds since 1970 */
    DWORD last_error;    /* before the call, then after it */
    bool is_success, shows_error;
    bool is_library; /* which makes the call for the program, to print or to read a line */
    HANDLE handle;   /* the first one among the arguments */
    char *text;      /* the arguments, and then the result, as JSON */
    size_t used, size;
    size_t places[8]; /* where arguments are to be filled in */
    int places_used;
    char *tail; /* what stands behind the argument that is being filled in */
} trace_call;

/* A text of a program, in the form of its call; NULL in both means none. */
typedef struct trace_string {
    const wchar_t *wide;
    const char *ansi; /* in the process's ANSI code page */
} trace_string;

extern const trace_string no_text;
trace_string trace_wide(const wchar_t *text);
trace_string trace_ansi(const char *text);
trace_string trace_tchar(const TCHAR *text);

/* What companion_init becomes in a program: it, and then the start of the trace, if COMPANION_TRACE asks for one. */
void trace_companion_init(const TCHAR *argv0);

/* Notes what main has returned, and gives it. */
int trace_main_ended(int code);

/* Names for the values of a parameter. */
typedef struct trace_name {
    DWORD value;
    const char *name;
} trace_name;
typedef struct trace_names {
    const trace_name *names;
    size_t count;
    bool are_flags;
} trace_names;

/* False within another recorder of this thread: such a call is not recorded. */
bool trace_begin(trace_call *call, const char *name, trace_place place);

/* Writes a line if the call may block, and halts the program if a demo asks for it. */
void trace_enter(trace_call *call, bool blocks);

/* Directly after the call. With may_exist, ERROR_ALREADY_EXISTS is recorded though the call has succeeded. */
void trace_leave(trace_call *call, bool is_success, bool may_exist);

/*
 * An argument that the call writes is known only after it. trace_later keeps a place for it among the arguments,
 * trace_has_output says whether the call has written, and trace_fill puts the next value at its place.
 */
void trace_later(trace_call *call, const char *name, bool is_given);
bool trace_has_output(const trace_call *call);
void trace_fill(trace_call *call, int place);

void trace_result(trace_call *call);

/* Writes the line of the return. The last error is then what the call has made it. */
void trace_end(trace_call *call);

/* One value. Without a name it goes to the place that trace_fill has chosen. */
void trace_text(trace_call *call, const char *name, trace_string text);
void trace_number(trace_call *call, const char *name, LONGLONG number);
void trace_bool(trace_call *call, const char *name, BOOL value);
void trace_constant(trace_call *call, const char *name, const trace_names *names, DWORD value);
void trace_wait_result(trace_call *call, const char *name, DWORD value);
void trace_given(trace_call *call, const char *name, bool is_given);
void trace_pointer(trace_call *call, const char *name, const void *pointer);
void trace_handle(trace_call *call, const char *name, HANDLE handle);
void trace_process(trace_call *call, const char *name, HANDLE hProcess);
void trace_thread(trace_call *call, const char *name, HANDLE hThread);
void trace_handles(trace_call *call, const char *name, const HANDLE *handles, DWORD count);
void trace_made(trace_call *call, const char *name, HANDLE handle, const char *type, trace_string object);
void trace_made_in(trace_call *call, const char *name, HANDLE handle, HANDLE hProcess);
void trace_data(trace_call *call, const char *name, const void *data, size_t bytes);
void trace_chars(trace_call *call, const char *name, trace_string text, size_t chars);
void trace_security(trace_call *call, const char *name, const SECURITY_ATTRIBUTES *security);
void trace_overlapped(trace_call *call, const char *name, const OVERLAPPED *overlapped);
void trace_startup(trace_call *call, const char *name, const STARTUPINFOW *startup, DWORD creationFlags);
void trace_attribute_value(trace_call *call, const char *name, const void *value, DWORD_PTR attribute, SIZE_T bytes);
void trace_process_information(trace_call *call, const char *name, const PROCESS_INFORMATION *process);
void trace_process_entry(trace_call *call, const char *name, trace_string program, DWORD pid, DWORD parent);

void trace_address(trace_call *call, const char *name, const SOCKADDR *address);
/* The data in the buffers, of which the first `bytes` count. */
void trace_buffers(trace_call *call, const char *name, const WSABUF *buffers, DWORD count, DWORD bytes);
/* What the system says of a socket's own address, and of that at the other end. */
void trace_local(trace_call *call, SOCKET s);
void trace_peer(trace_call *call, SOCKET s);

/*
 * A thread that the program makes runs one of the trampolines, which writes the lines of its start and of its end
 * around the function that the program has given. trace_make_start says what the trampoline is to run, and
 * trace_started, after the call, whether it will.
 */
#define NO_THREAD ((uintptr_t)-1) /* what _beginthread gives when it has failed */
typedef struct trace_start trace_start;
trace_start *trace_make_start(const trace_call *call, void (*function)(void), void *parameter);
void trace_started(trace_start *start, bool is_success);
DWORD WINAPI trace_run_windows(void *start);
unsigned __stdcall trace_run_runtime_ex(void *start);
void __cdecl trace_run_runtime(void *start);

/* The process ends by this call: at once, or after the functions that exit calls. Or its main has ended with this code.
 */
void trace_process_end(trace_call *call, DWORD code);
void trace_runtime_end(trace_call *call, DWORD code);

/* This thread ends, by this call of its own or by the return of its function. */
void trace_thread_end(trace_call *call, DWORD code);

/* How many bytes a call has given: *bytes, but not more than there is room for. */
size_t trace_count(const DWORD *bytes, DWORD room);

#endif
