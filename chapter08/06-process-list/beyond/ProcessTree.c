/*
 * ProcessTree.c - lists the processes with their parents: as rows, as a tree, as JSON (not in the book).
 *
 * Shows   GetProcessTimes: a parent's id is believed only when that process started before its child.
 * Run     ProcessTree [--tree] [--json] [FILTER]
 * With    process_table.c, process_list.c, process_names.c
 * POSIX   process_tree.c
 */
#include <stdlib.h>

#include "../shared/process_table.h"

#include <tlhelp32.h>

/* When a process started; 0 when it may not be asked, as many of the system's. */
static unsigned long long start_time_of(DWORD id)
{
    FILETIME created, exited, kernel, user;

    HANDLE hProcess = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id);
    if (hProcess == NULL)
        return 0;
    BOOL isSuccess = GetProcessTimes(hProcess, &created, &exited, &kernel, &user);
    CloseHandle(hProcess);
    return isSuccess ? (unsigned long long)created.dwHighDateTime << 32 | created.dwLowDateTime : 0;
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
        process.id = pe32.th32ProcessID;
        process.parent_id = pe32.th32ParentProcessID;
        process.threads = pe32.cntThreads;
        process.start_time = start_time_of(pe32.th32ProcessID);
        format_text(process.name, PROCESS_NAME_CHARS, _T("%s"), pe32.szExeFile);
        add_process(table, &process);
    }
    if (GetLastError() != ERROR_NO_MORE_FILES)
        die_error(_T("Process32Next"));
    CloseHandle(hProcessSnap);
    link_processes(table);
}

int _tmain(int argc, TCHAR *argv[])
{
    process_table table = {NULL, 0};
    bool printsTree = false, printsJson = false;

    const option_spec options[] = {
        OPTION_FLAG("--tree", &printsTree, "show who started whom"),
        OPTION_FLAG("--json", &printsJson, "for other programs: an array of objects, one to a line"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Lists all processes, or those with FILTER as their id or in their name."),
                  _T("[FILTER]"), options);

    take_snapshot(&table);
    int status = print_processes(&table, argv[1], printsTree, printsJson);
    free(table.entries);
    return status;
}
