/* trace_process.c - the first and the last line of a process: how it was started, and how it ends. */
#include <stdlib.h>

#include "trace_internal.h"

#include <tlhelp32.h> /* needs windows.h */

/* What the last line has, from when it is known until the process is at its end. */
static char *ending;
static volatile LONG has_ended;

/* ---- the start ---- */

/* Whether the stage itself has started this process: COMPANION_LANE then has a prefix, until companion_init. */
static bool is_started_by_stage(void)
{
    const TCHAR prefix[] = _T("root:");
    TCHAR lane[PATH_CHARS] = _T("");

    GetEnvironmentVariable(_T("COMPANION_LANE"), lane, PATH_CHARS);
    return _tcsncmp(lane, prefix, _tcslen(prefix)) == 0;
}

/* The name of this process's output files, which the stage knows; none when its parent redirected it on purpose. */
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
        trace_text(members, "lane", trace_tchar(lane));
}

/* The process that has started this one, which only a list of all processes tells. */
static void put_parent(trace_call *members)
{
    PROCESSENTRY32 entry = {0};
    HANDLE hSnapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);

    if (hSnapshot == INVALID_HANDLE_VALUE)
        return;
    entry.dwSize = sizeof(entry);
    for (BOOL isThere = Process32First(hSnapshot, &entry); isThere; isThere = Process32Next(hSnapshot, &entry)) {
        if (entry.th32ProcessID == GetCurrentProcessId()) {
            trace_number(members, "parent", entry.th32ParentProcessID);
            break;
        }
    }
    CloseHandle(hSnapshot);
}

static void put_stream(trace_call *members, const char *name, DWORD which)
{
    HANDLE hStream = GetStdHandle(which);

    if (hStream == NULL || hStream == INVALID_HANDLE_VALUE)
        return;
    DWORD type = GetFileType(hStream);
    const char *kind = type == FILE_TYPE_DISK ? "file" : type == FILE_TYPE_PIPE ? "pipe" : "device";
    trace_made(members, name, hStream, is_console(hStream) ? "console" : kind, no_text);
}

static void write_start(bool isRoot)
{
    trace_call members = {0};

    trace_text(&members, "command", trace_wide(GetCommandLineW()));
    put_parent(&members);
    put_lane(&members, isRoot);
    trace_put(&members, ",\"standard\":{");
    put_stream(&members, "hStdInput", STD_INPUT_HANDLE);
    put_stream(&members, "hStdOutput", STD_OUTPUT_HANDLE);
    put_stream(&members, "hStdError", STD_ERROR_HANDLE);
    trace_put(&members, "}");
    trace_write_event("start", trace_now(), members.text);
    free(members.text);
}

/* ---- the end ---- */

void trace_process_end(trace_call *call, DWORD code)
{
    trace_number(call, "code", code);
    if (InterlockedExchange(&has_ended, 1) == 0) {
        trace_write_event("exit", trace_now(), call->text);
        trace_is_on = false;
    }
}

void trace_runtime_end(trace_call *call, DWORD code)
{
    trace_number(call, "code", code);
    ending = call->text;
    trace_release(); /* the functions that exit calls are recorded */
}

int trace_main_ended(int code)
{
    trace_call none = {0};

    if (trace_is_on)
        trace_runtime_end(&none, (DWORD)code);
    return code;
}

/* What exit calls before the functions that were there earlier, and after those of the program. */
static void write_exit(void)
{
    if (InterlockedExchange(&has_ended, 1) == 0) {
        trace_write_event("exit", trace_now(), ending);
        trace_is_on = false;
    }
}

static LPTOP_LEVEL_EXCEPTION_FILTER report_crash; /* the library's, which says where it was */

static LONG WINAPI write_crash(EXCEPTION_POINTERS *crash)
{
    trace_call none = {0};
    LONG result = report_crash != NULL ? report_crash(crash) : EXCEPTION_EXECUTE_HANDLER;

    trace_process_end(&none, crash->ExceptionRecord->ExceptionCode);
    return result;
}

/* The first handler is asked last, when no other one has taken the event: the system then ends the process. */
static BOOL WINAPI write_ctrl(DWORD event)
{
    static const char *const names[] = {"CTRL_C_EVENT", "CTRL_BREAK_EVENT", "CTRL_CLOSE_EVENT"};
    trace_call members = {0};

    trace_word(&members, "by", event <= CTRL_CLOSE_EVENT ? names[event] : "CTRL_SHUTDOWN_EVENT");
    ending = members.text;
    write_exit();
    return FALSE;
}

void trace_companion_init(const TCHAR *argv0)
{
    const bool isRoot = is_started_by_stage();

    companion_init(argv0);
    DWORD lastError = GetLastError();
    if (!trace_open())
        return;
    trace_number_threads();
    trace_is_on = true;
    write_start(isRoot);
    atexit(write_exit);
    report_crash = SetUnhandledExceptionFilter(write_crash);
    SetConsoleCtrlHandler(write_ctrl, TRUE);
    SetLastError(lastError);
}
