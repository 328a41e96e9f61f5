/* trace.c - appends lines to the file of the trace. TRACE.md has the format. */
#include <stdlib.h>

#include "trace_internal.h"

#define TRACE_VERSION 2

bool trace_is_on;
TCHAR trace_step_run[32];

static TCHAR trace_path[PATH_CHARS];

LONGLONG trace_now(void)
{
    const LONGLONG from_1601_to_1970 = 116444736000000000;
    FILETIME time;

    GetSystemTimePreciseAsFileTime(&time);
    return (((LONGLONG)time.dwHighDateTime << 32 | time.dwLowDateTime) - from_1601_to_1970) / 10;
}

/*
 * Appends a line in one piece, whatever other processes do. The file is opened for each line, so that it is not among
 * the program's handles, which a lesson may show. FILE_APPEND_DATA without FILE_WRITE_DATA makes each write go to the
 * end, as one step on Windows; Wine finds the end first and writes then, hence the lock.
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

/* How many bytes the program has printed to a file: from this the stage knows which line came before which call. */
static void put_printed(trace_call *line, const char *name, DWORD which)
{
    LARGE_INTEGER bytes;
    HANDLE hStream = GetStdHandle(which);

    if (GetFileType(hStream) == FILE_TYPE_DISK && GetFileSizeEx(hStream, &bytes))
        trace_number(line, name, bytes.QuadPart);
}

void trace_write_event(const char *event, LONGLONG time, const char *members)
{
    trace_call line = {0};

    if (!trace_is_on)
        return;
    trace_put(&line, "{");
    trace_number(&line, "v", TRACE_VERSION);
    trace_word(&line, "event", event);
    trace_number(&line, "time", time);
    trace_number(&line, "pid", GetCurrentProcessId());
    trace_number(&line, "tid", GetCurrentThreadId());
    trace_put_thread(&line);
    trace_text(&line, "program", trace_tchar(program_name()));
    put_printed(&line, "out", STD_OUTPUT_HANDLE);
    put_printed(&line, "err", STD_ERROR_HANDLE);
    trace_put(&line, members != NULL ? members : "");
    trace_put(&line, "}\n");
    write_line(line.text, line.used);
    free(line.text);
}

bool trace_open(void)
{
    DWORD chars = GetEnvironmentVariable(_T("COMPANION_TRACE"), trace_path, PATH_CHARS);
    if (chars == 0)
        return false;
    if (chars >= PATH_CHARS) {
        report(_T("COMPANION_TRACE: a path of at most %d characters is expected; there will be no trace"),
               PATH_CHARS - 1);
        return false;
    }
    const DWORD run_chars = sizeof(trace_step_run) / sizeof(trace_step_run[0]);
    if (GetEnvironmentVariable(_T("COMPANION_STEP"), trace_step_run, run_chars) >= run_chars)
        trace_step_run[0] = _T('\0');
    return true;
}
