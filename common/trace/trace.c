/*
 * trace.c - the lines of a trace: when one is written, and how it gets into the file. TRACE.md has the format.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "trace_internal.h"

#define TRACE_VERSION 1
#define PATH_CHARS    1024

bool trace_is_on;

static TCHAR trace_path[PATH_CHARS];
static TCHAR run[32]; /* of the stage that lets this program stand still before each call; empty: none does */
static volatile LONG calls_made;

/* Microseconds since 1970, the same clock in all processes. */
static LONGLONG now(void)
{
    const LONGLONG from_1601_to_1970 = 116444736000000000;
    FILETIME time;

    GetSystemTimePreciseAsFileTime(&time);
    return (((LONGLONG)time.dwHighDateTime << 32 | time.dwLowDateTime) - from_1601_to_1970) / 10;
}

/*
 * Appends a line in one piece, whatever other processes do. The file is opened for each line, so that the trace does
 * not show among the handles of the program that is looked at. FILE_APPEND_DATA without FILE_WRITE_DATA makes each
 * write go to the end, as one step on Windows; Wine looks for the end first and then writes, hence the lock.
 */
static void write_line(const char *line, size_t bytes)
{
    DWORD bytesWritten;
    OVERLAPPED far_behind = {0};

    HANDLE hTrace =
        CreateFile(trace_path, GENERIC_READ | FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                   NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (hTrace == INVALID_HANDLE_VALUE) {
        trace_is_on = false;
        report_error(_T("CreateFile(%s)"), trace_path);
        report(_T("this program goes on without a trace"));
        return;
    }
    far_behind.OffsetHigh = 0x40000000;
    if (LockFileEx(hTrace, LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &far_behind)) {
        WriteFile(hTrace, line, (DWORD)bytes, &bytesWritten, NULL);
        UnlockFileEx(hTrace, 0, 1, 0, &far_behind);
    }
    CloseHandle(hTrace);
}

/* How much the program has printed, where that goes to a file: by it the stage puts lines and calls in order. */
static void put_printed(trace_call *line, const char *name, DWORD which)
{
    LARGE_INTEGER bytes;
    HANDLE hStream = GetStdHandle(which);

    if (GetFileType(hStream) == FILE_TYPE_DISK && GetFileSizeEx(hStream, &bytes))
        trace_number(line, name, bytes.QuadPart);
}

/* Writes {"v":1,"event":EVENT,"time":TIME,...,MEMBERS}. */
static void write_event(const char *event, LONGLONG time, const char *members)
{
    trace_call line = {0};

    if (!trace_is_on)
        return;
    trace_put(&line, "{");
    trace_number(&line, "v", TRACE_VERSION);
    trace_ansi(&line, "event", event);
    trace_number(&line, "time", time);
    trace_number(&line, "pid", GetCurrentProcessId());
    trace_number(&line, "tid", GetCurrentThreadId());
    trace_text(&line, "program", program_name());
    put_printed(&line, "out", STD_OUTPUT_HANDLE);
    put_printed(&line, "err", STD_ERROR_HANDLE);
    trace_put(&line, members);
    trace_put(&line, "}\n");
    write_line(line.text, line.used);
    free(line.text);
}

static void trace_exit(void)
{
    write_event("exit", now(), "");
}

/* The lane of this process, in words that the stage knows, unless its parent redirected it and it has none. */
static void put_lane(trace_call *members, bool isRoot)
{
    TCHAR path[PATH_CHARS], own[MAX_PATH + 16];

    DWORD chars = GetEnvironmentVariable(_T("COMPANION_LANE"), path, PATH_CHARS);
    if (chars == 0 || chars >= PATH_CHARS)
        return;
    const TCHAR *backslash = _tcsrchr(path, _T('\\'));
    const TCHAR *lane = backslash == NULL ? path : backslash + 1;
    format_text(own, MAX_PATH + 16, _T("%s.%lu"), program_name(), GetCurrentProcessId());
    if (isRoot || _tcscmp(lane, own) == 0)
        trace_text(members, "lane", lane);
}

void start_trace(bool isRoot)
{
    trace_call members = {0};

    DWORD chars = GetEnvironmentVariable(_T("COMPANION_TRACE"), trace_path, PATH_CHARS);
    if (chars == 0)
        return;
    if (chars >= PATH_CHARS) {
        report(_T("COMPANION_TRACE: a path of at most %d characters is expected; there will be no trace"),
               PATH_CHARS - 1);
        return;
    }
    chars = GetEnvironmentVariable(_T("COMPANION_STEP"), run, sizeof(run) / sizeof(run[0]));
    if (chars >= sizeof(run) / sizeof(run[0]))
        run[0] = _T('\0');

    trace_is_on = true;
    trace_text(&members, "command", GetCommandLine());
    put_lane(&members, isRoot);
    write_event("start", now(), members.text);
    free(members.text);
    atexit(trace_exit);
}

/*
 * Stands still until the stage lets this thread go on. With the stage gone for good, which shows in the mutex that
 * its helper (Stepper.c) holds, nobody would ever do so: the program ends.
 */
static void stand_still(HANDLE hGo)
{
    TCHAR name[64];
    HANDLE objects[2];

    format_text(name, 64, _T("Local\\companion-stage-%s"), run);
    objects[0] = hGo;
    objects[1] = OpenMutex(SYNCHRONIZE, FALSE, name);
    if (objects[1] == NULL || WaitForMultipleObjects(2, objects, FALSE, INFINITE) != WAIT_OBJECT_0)
        ExitProcess(STATUS_FAILED);
    CloseHandle(objects[1]);
}

/* ---- one call ------------------------------------------------------------------------------- */

void trace_begin(trace_call *call, const char *name)
{
    const trace_call none = {0};

    *call = none;
    call->last_error = GetLastError();
    call->name = name;
    call->number = InterlockedIncrement(&calls_made);
    trace_ansi(call, "call", name);
    trace_number(call, "number", call->number);
    trace_put(call, ",\"args\":{");
}

/* The line of the entry: what there is so far, closed. */
static void write_enter(trace_call *call, bool is_halted)
{
    size_t used = call->used;

    trace_put(call, is_halted ? "},\"halted\":true" : "}");
    write_event("enter", now(), call->text);
    call->used = used;
    call->text[used] = '\0';
}

void trace_enter(trace_call *call, bool blocks)
{
    if (run[0] != _T('\0')) {
        TCHAR name[64];
        format_text(name, 64, _T("Local\\companion-step-%s-%lu-%lu"), run, GetCurrentProcessId(), GetCurrentThreadId());
        HANDLE hGo = CreateEvent(NULL, FALSE, FALSE, name);
        if (hGo == NULL)
            die_error(_T("CreateEvent(%s)"), name);
        write_enter(call, true);
        stand_still(hGo);
        CloseHandle(hGo);
    } else if (blocks) {
        write_enter(call, false);
    }
    call->begin = now();
    SetLastError(call->last_error);
}

void trace_leave(trace_call *call, bool is_success, bool may_exist)
{
    call->last_error = GetLastError();
    call->end = now();
    call->is_success = is_success;
    call->shows_error = !is_success || (may_exist && call->last_error == ERROR_ALREADY_EXISTS);
}

bool trace_has_output(const trace_call *call)
{
    return call->is_success || call->last_error == ERROR_MORE_DATA;
}

void trace_end(trace_call *call)
{
    if (call->shows_error) {
        const TCHAR *name = error_name(call->last_error);

        trace_put(call, ",\"error\":{");
        trace_number(call, "number", call->last_error);
        if (name != NULL)
            trace_text(call, "name", name);
        trace_put(call, "}");
    }
    trace_number(call, "begin", call->begin);
    write_event("return", call->end, call->text);
    free(call->text);
    SetLastError(call->last_error);
}
