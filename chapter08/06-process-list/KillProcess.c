/*
 * KillProcess.c - ends a process by its name or its id (book: chapter 8, project).
 *
 * Shows   OpenProcess with no more rights than needed; TerminateProcess, which only begins the end;
 *         WaitForSingleObject, which sees it.
 * Run     KillProcess [--all] PID|NAME
 * With    WaitingProcess.c, a process that may be ended; KillTree.c, which makes sure that it ends the right one
 * POSIX   kill_process.c
 */
#include "companion.h"

#include <tlhelp32.h>

#define GONE_WITHIN_MS 10000

/* Whether the target is this process's id or its name, in any case and with or without ".exe". Never this program. */
static bool is_meant(const PROCESSENTRY32 *pe32, const TCHAR *target)
{
    unsigned long id;
    size_t chars = _tcslen(target);

    if (pe32->th32ProcessID == GetCurrentProcessId())
        return false;
    if (parse_number(target, 0, MAXDWORD, &id))
        return pe32->th32ProcessID == id;
    return _tcsicmp(pe32->szExeFile, target) == 0 ||
           (_tcsnicmp(pe32->szExeFile, target, chars) == 0 && _tcsicmp(pe32->szExeFile + chars, _T(".exe")) == 0);
}

/* Ends one process and waits until it is gone. False when it is not, which has been reported. */
static bool end_process(PROCESSENTRY32 *pe32)
{
    const TCHAR *name = printable(pe32->szExeFile);
    DWORD id = pe32->th32ProcessID;
    bool hasEnded = false;

    HANDLE hProcess = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, id);
    if (hProcess == NULL) {
        report_error(_T("OpenProcess(%s, process %lu)"), name, id);
        return false;
    }

    /* 1 is the exit code that its parent will see. */
    if (!TerminateProcess(hProcess, 1)) {
        report_error(_T("TerminateProcess(%s, process %lu)"), name, id);
    } else if (WaitForSingleObject(hProcess, GONE_WITHIN_MS) != WAIT_OBJECT_0) {
        report(_T("%s (process %lu) is still there %d ms after TerminateProcess"), name, id, GONE_WITHIN_MS);
    } else {
        print(_T("ended: %s (process %lu)\n"), name, id);
        hasEnded = true;
    }
    CloseHandle(hProcess);
    return hasEnded;
}

int _tmain(int argc, TCHAR *argv[])
{
    PROCESSENTRY32 pe32, found;
    BOOL isFound;
    bool endsAll = false;
    int count = 0, left = 0;

    const option_spec options[] = {
        OPTION_FLAG("--all", &endsAll, "end all processes of the name, where there are several"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Ends a process and waits until it is gone."), _T("PID|NAME"), options);
    const TCHAR *target = argv[1];

    HANDLE hProcessSnap = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (hProcessSnap == INVALID_HANDLE_VALUE)
        die_error(_T("CreateToolhelp32Snapshot"));

    /* First only count them: a name may belong to several processes. */
    pe32.dwSize = sizeof(pe32);
    for (isFound = Process32First(hProcessSnap, &pe32); isFound; isFound = Process32Next(hProcessSnap, &pe32)) {
        if (is_meant(&pe32, target)) {
            found = pe32;
            count++;
        }
    }
    if (GetLastError() != ERROR_NO_MORE_FILES)
        die_error(_T("Process32Next"));

    if (count == 0) {
        report(_T("there is no process '%s'"), target);
    } else if (count == 1) {
        left += !end_process(&found);
    } else {
        if (!endsAll)
            report(_T("'%s' may be any of %d processes; give an id, or --all to end all of them:"), target, count);
        /* The same snapshot once more, from its beginning. */
        for (isFound = Process32First(hProcessSnap, &pe32); isFound; isFound = Process32Next(hProcessSnap, &pe32)) {
            if (!is_meant(&pe32, target))
                continue;
            if (endsAll)
                left += !end_process(&pe32);
            else
                report(_T("  %s (process %lu)"), pe32.szExeFile, pe32.th32ProcessID);
        }
    }
    CloseHandle(hProcessSnap);
    return left == 0 && (count == 1 || (count > 1 && endsAll)) ? 0 : STATUS_FAILED;
}
