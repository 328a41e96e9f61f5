/*
 * KillTree.c - ends the processes that are meant and no others, with all that they started if asked (not in the book).
 *
 * Shows   An open handle keeps a process's id from being given to another process: open first, then compare the start
 *         time and the name with those of the snapshot, then ask for the right to end it. Snapshots are repeated until
 *         nothing new is found.
 * Run     KillTree [--all] [--tree] [--dry-run] [--force] PID|NAME...
 * With    kill_rounds.c, process_table.c, process_choice.c; WaitingProcess.c, which may be ended
 * POSIX   kill_tree.c
 */
#include <stdlib.h>

#include "process_names.h"

#include <tlhelp32.h>

#define GONE_WITHIN_MS 10000

/* When a process started; 0 when it may not be asked, as many of the system's. */
static unsigned long long start_time_of(HANDLE hProcess)
{
    FILETIME created, exited, kernel, user;

    if (hProcess == NULL || !GetProcessTimes(hProcess, &created, &exited, &kernel, &user))
        return 0;
    return (unsigned long long)created.dwHighDateTime << 32 | created.dwLowDateTime;
}

static void take_snapshot(process_table *table)
{
    PROCESSENTRY32 pe32;
    process_entry process = {0};

    HANDLE hProcessSnap = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (hProcessSnap == INVALID_HANDLE_VALUE)
        die_error(_T("CreateToolhelp32Snapshot"));

    pe32.dwSize = sizeof(pe32);
    for (BOOL isFound = Process32First(hProcessSnap, &pe32); isFound; isFound = Process32Next(hProcessSnap, &pe32)) {
        bool isKernel = (pe32.th32ProcessID == 0 || pe32.th32ProcessID == 4) && pe32.th32ParentProcessID == 0;
        HANDLE hProcess = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pe32.th32ProcessID);
        process.id = pe32.th32ProcessID;
        process.parent_id = pe32.th32ParentProcessID;
        process.threads = pe32.cntThreads;
        process.start_time = start_time_of(hProcess);
        process.is_system = isKernel || is_system_name(pe32.szExeFile);
        format_text(process.name, PROCESS_NAME_CHARS, _T("%s"), pe32.szExeFile);
        add_process(table, &process);
        if (hProcess != NULL)
            CloseHandle(hProcess);
    }
    if (GetLastError() != ERROR_NO_MORE_FILES)
        die_error(_T("Process32Next"));
    CloseHandle(hProcessSnap);
    link_processes(table);
}

/* Whether the handle is that of the process in the table: the same start, the same program. */
static bool is_the_one(HANDLE hProcess, const process_entry *process)
{
    TCHAR path[4 * MAX_PATH];
    DWORD chars = sizeof(path) / sizeof(path[0]);
    bool isSame = process->start_time == 0 || start_time_of(hProcess) == process->start_time;

    /*
     * The few processes without a file have no path; their ids are never given to others. One that was being created
     * had no name in the snapshot yet.
     */
    if (isSame && process->name[0] != _T('\0') && QueryFullProcessImageName(hProcess, 0, path, &chars)) {
        const TCHAR *backslash = _tcsrchr(path, _T('\\'));
        isSame = is_same_name(backslash == NULL ? path : backslash + 1, process->name);
    }
    return isSame;
}

static bool terminate(HANDLE hProcess, HANDLE hWatched, const process_entry *process)
{
    /* 1 is the exit code that its parent will see. */
    if (!TerminateProcess(hProcess, 1)) {
        /* A process that has ended by itself in the meantime cannot be terminated. */
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

/* Ends one process, waits until it is gone and says so. False when it is not gone, which has been reported. */
static bool end_process(const process_entry *process, const kill_options *options)
{
    bool hasEnded = false;

    /* As long as this handle is open, no other process gets the id: what is true now stays true. */
    HANDLE hWatched = OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process->id);
    if (hWatched == NULL) {
        if (GetLastError() == ERROR_INVALID_PARAMETER) { /* no process has this id: it has ended by itself */
            print(_T("ended: %s (process %lu)\n"), shown_name(process), process->id);
            return true;
        }
        report_error(_T("OpenProcess(%s, process %lu)"), process->name, process->id);
        return false;
    }
    if (!is_the_one(hWatched, process)) {
        CloseHandle(hWatched);
        if (options->ends_tree) /* it is gone, as it should be; only who names one id wants to know */
            print(_T("ended: %s (process %lu)\n"), shown_name(process), process->id);
        else
            report(_T("%lu is the id of another process by now; %s has ended"), process->id, shown_name(process));
        return options->ends_tree;
    }

    HANDLE hProcess = OpenProcess(PROCESS_TERMINATE, FALSE, process->id);
    if (hProcess == NULL) {
        report_error(_T("OpenProcess(PROCESS_TERMINATE, %s, process %lu)"), process->name, process->id);
    } else if (options->is_dry_run) {
        print(_T("would end: %s (process %lu)\n"), shown_name(process), process->id);
        hasEnded = true;
    } else if (terminate(hProcess, hWatched, process)) {
        print(_T("ended: %s (process %lu)\n"), shown_name(process), process->id);
        hasEnded = true;
    }
    if (hProcess != NULL)
        CloseHandle(hProcess);
    /* hWatched stays open until this program ends: so what has this parent's id was started by it. */
    return hasEnded;
}

int _tmain(int argc, TCHAR *argv[])
{
    kill_options kill = {false, false, false, false, 0};

    const option_spec options[] = {
        OPTION_FLAG("--all", &kill.ends_all, "end all processes of a name, where there are several"),
        OPTION_FLAG("--tree", &kill.ends_tree, "end what they have started, too"),
        OPTION_FLAG("--dry-run", &kill.is_dry_run, "only say what would be ended"),
        OPTION_FLAG("--force", &kill.is_forced, "even this program, its parents, and the system's processes"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int count = parse_options(argc, argv,
                              _T("Ends processes and waits until they are gone. Exit status: 0 all have ended, ")
                              _T("1 none, 3 some; 2 wrong usage."),
                              _T("PID|NAME..."), options);

    const kill_calls calls = {GetCurrentProcessId(), take_snapshot, NULL, end_process};
    return end_targets(count, argv + 1, &kill, &calls);
}
