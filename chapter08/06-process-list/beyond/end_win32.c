/*
 * end_win32.c - ends one process, the right one, and sees it gone (book 8-10).
 *
 * Shows   OpenProcess with no more rights than needed; TerminateProcess, which only begins the end;
 *         WaitForSingleObject, which sees it. An open handle keeps a process id from being given to another process.
 * With    KillProcess.c
 * POSIX   end_posix.c
 */
#include "../shared/process_table.h"

#define GONE_WITHIN_MS 10000

/* Whether the handle is that of the process in the table: the same start, the same program. */
static bool is_the_one(HANDLE hProcess, const process_entry *process)
{
    FILETIME created, exited, kernel, user;
    TCHAR path[4 * MAX_PATH];
    DWORD chars = sizeof(path) / sizeof(path[0]);

    if (!GetProcessTimes(hProcess, &created, &exited, &kernel, &user)) {
        report_error(_T("GetProcessTimes(%lu)"), process->id);
        return false;
    }
    unsigned long long start_time = (unsigned long long)created.dwHighDateTime << 32 | created.dwLowDateTime;
    bool isSame = process->start_time == 0 || start_time == process->start_time;

    /* The system's few processes without a file have no path; their ids are never given away. */
    if (isSame && QueryFullProcessImageName(hProcess, 0, path, &chars)) {
        const TCHAR *backslash = _tcsrchr(path, _T('\\'));
        isSame = is_same_name(backslash == NULL ? path : backslash + 1, process->name);
    }
    if (!isSame)
        report(_T("%lu is the id of another process by now; %s has ended"), process->id, process->name);
    return isSame;
}

static bool terminate(HANDLE hProcess, HANDLE hWatched, const process_entry *process)
{
    /* The exit status is what the process's parent will see. */
    if (!TerminateProcess(hProcess, 1)) {
        /* Who has ended by itself in the meantime cannot be ended. */
        if (WaitForSingleObject(hWatched, 0) == WAIT_OBJECT_0)
            return true;
        report_error(_T("TerminateProcess(%s, process %lu)"), process->name, process->id);
        return false;
    }
    switch (WaitForSingleObject(hWatched, GONE_WITHIN_MS)) {
    case WAIT_OBJECT_0:
        return true;
    case WAIT_TIMEOUT:
        report(_T("%s (process %lu) is still there %d ms after TerminateProcess"), process->name, process->id,
               GONE_WITHIN_MS);
        return false;
    default:
        report_error(_T("WaitForSingleObject"));
        return false;
    }
}

bool end_process(const process_entry *process, const kill_options *options)
{
    bool isEnded = false;

    /* As long as this handle is open, no other process gets the id: what is true now stays true. */
    HANDLE hWatched = OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process->id);
    if (hWatched == NULL) {
        report_error(_T("OpenProcess(%s, process %lu)"), process->name, process->id);
        return false;
    }
    if (!is_the_one(hWatched, process)) {
        CloseHandle(hWatched);
        return false;
    }

    HANDLE hProcess = OpenProcess(PROCESS_TERMINATE, FALSE, process->id);
    if (hProcess == NULL) {
        report_error(_T("OpenProcess(PROCESS_TERMINATE, %s, process %lu)"), process->name, process->id);
    } else if (options->dry_run) {
        print(_T("would end: %s (process %lu)\n"), shown_name(process), process->id);
        isEnded = true;
    } else if (terminate(hProcess, hWatched, process)) {
        print(_T("ended: %s (process %lu)\n"), shown_name(process), process->id);
        isEnded = true;
    }
    if (hProcess != NULL)
        CloseHandle(hProcess);
    CloseHandle(hWatched);
    return isEnded;
}
