/*
 * HandleTable.c - the handle table of a process, live: what the book draws in chapter 8, section 01.
 *
 * Shows   From a program's name to a handle to its process: CreateToolhelp32Snapshot, Process32First, Process32Next,
 *         OpenProcess with the rights that are needed and no more. A handle is an index into a table of its process.
 * Run     HandleTable [--all] [--watch] [--json] [PID|NAME]
 * With    table_view.c, table_json.c; common/handles/handle_table.h names the calls that read the table
 */
#include <stdlib.h>

#include "table_view.h"

#include <tlhelp32.h> /* after windows.h */

#define LOOK_AGAIN_MS 250
#define MOST_IDS      8

/* "MailReceiver" and "mailreceiver.exe" both name the program MailReceiver.exe. */
static bool is_called(const TCHAR *file, const TCHAR *name)
{
    size_t chars = _tcslen(name);

    return chars > 0 && _tcsnicmp(file, name, chars) == 0 &&
           (file[chars] == _T('\0') || _tcsicmp(file + chars, _T(".exe")) == 0);
}

/*
 * Looks for the process with this id or, where id is 0, for those with this name. Puts the first one into `found`, the
 * first ids into `ids`, and gives how many there are.
 */
static int find_processes(DWORD id, const TCHAR *name, process *found, DWORD ids[MOST_IDS])
{
    PROCESSENTRY32 entry;
    int count = 0;

    HANDLE hSnapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (hSnapshot == INVALID_HANDLE_VALUE)
        die_error(_T("CreateToolhelp32Snapshot"));

    entry.dwSize = sizeof(entry);
    for (BOOL isMore = Process32First(hSnapshot, &entry); isMore; isMore = Process32Next(hSnapshot, &entry)) {
        if (id != 0 ? entry.th32ProcessID != id : !is_called(entry.szExeFile, name))
            continue;
        if (count == 0) {
            found->id = entry.th32ProcessID;
            format_text(found->name, MAX_PATH, _T("%s"), entry.szExeFile);
        }
        if (count < MOST_IDS)
            ids[count] = entry.th32ProcessID;
        count++;
    }
    CloseHandle(hSnapshot);
    return count;
}

static _Noreturn void die_ambiguous(const TCHAR *name, const DWORD ids[MOST_IDS], int count)
{
    TCHAR list[256] = _T("");

    for (int i = 0; i < count && i < MOST_IDS; i++) {
        size_t used = _tcslen(list);
        format_text(list + used, 256 - used, _T("%s%lu"), i > 0 ? _T(", ") : _T(""), ids[i]);
    }
    report(_T("%d processes are called %s: %s%s"), count, name, list, count > MOST_IDS ? _T(" ...") : _T(""));
    report(_T("hint: give one of these numbers instead"));
    exit(STATUS_FAILED);
}

/* The one process that an id or a name means; NULL means this one. Ends the program when there is none, or several. */
static process find_target(const TCHAR *id_or_name)
{
    process target = {0, _T("")};
    DWORD id = GetCurrentProcessId(), ids[MOST_IDS];

    if (id_or_name != NULL && !parse_number(id_or_name, 1, MAXDWORD, &id))
        id = 0;
    int count = find_processes(id, id_or_name, &target, ids);
    if (count == 0) {
        report(id != 0 ? _T("there is no process %s") : _T("no process is called '%s'"), id_or_name);
        exit(STATUS_FAILED);
    }
    if (count > 1)
        die_ambiguous(id_or_name, ids, count);
    return target;
}

/* The right to duplicate its handles, to ask for its handle count, and to wait for its end. */
static HANDLE open_target(const process *target)
{
    if (target->id == GetCurrentProcessId())
        return GetCurrentProcess();

    HANDLE hProcess =
        OpenProcess(PROCESS_DUP_HANDLE | PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, target->id);
    if (hProcess == NULL) {
        report_error(_T("OpenProcess(%lu)"), target->id);
        if (GetLastError() == ERROR_ACCESS_DENIED)
            report(_T("hint: it belongs to another user or to the system; your own processes need no special rights"));
        exit(STATUS_FAILED);
    }
    return hProcess;
}

int _tmain(int argc, TCHAR *argv[])
{
    bool showsAll = false, watches = false, printsJson = false;
    handle_table before = {NULL, 0, 0}, now;

    const option_spec options[] = {
        OPTION_FLAG("--all", &showsAll, "show registry keys, directories and the like, too"),
        OPTION_FLAG("--watch", &watches, "show it again at each change, marked: + new, - gone, * changed"),
        OPTION_FLAG("--json", &printsJson, "print one line of JSON for each table"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int operands = parse_options(argc, argv, _T("Shows the handles of a process, by id or name (this one)."),
                                 _T("[PID|NAME]"), options);
    if (watches && operands == 0)
        die_usage(_T("--watch: of which process? Its PID or NAME is missing"));

    process target = find_target(operands == 0 ? NULL : argv[1]);
    HANDLE hProcess = open_target(&target);
    for (bool isFirst = true;; isFirst = false) {
        if (!read_handle_table(hProcess, &now))
            die_error(_T("GetProcessHandleCount(%lu)"), target.id);
        if (!showsAll)
            keep_interesting(&now);

        if (isFirst || has_changed(&now, &before)) {
            if (watches && !printsJson)
                clear_screen();
            if (printsJson)
                print_json(&target, &now);
            else
                print_table(&target, &now, isFirst ? NULL : &before);
        }
        free_handle_table(&before);
        before = now;
        if (!watches)
            break;

        if (WaitForSingleObject(hProcess, LOOK_AGAIN_MS) != WAIT_TIMEOUT) {
            report(_T("%s has ended"), target.name);
            break;
        }
    }
    free_handle_table(&before);
    CloseHandle(hProcess);
    return 0;
}
