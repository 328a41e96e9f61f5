/*
 * find_process.c - from what a person calls a process to a handle to it.
 *
 * Shows   CreateToolhelp32Snapshot, Process32First, Process32Next; OpenProcess with no more rights than needed.
 * With    HandleTable.c
 */
#include <stdlib.h>

/* After windows.h, which companion.h brings. */
#include "handle_tool.h"

#include <tlhelp32.h>

#define MOST_IDS 8

/* "MailReceiver" and "mailreceiver.exe" are both that program. */
static bool is_called(const TCHAR *file, const TCHAR *name)
{
    size_t chars = _tcslen(name);
    return chars > 0 && _tcsnicmp(file, name, chars) == 0 && (file[chars] == _T('\0') || _tcsicmp(file + chars, _T(".exe")) == 0);
}

/*
 * Looks through all processes: for the name of number `id`, or, where that is 0, for the number of `name`. Puts the
 * first of them into `found` and gives how many there are.
 */
static int find_process(DWORD id, const TCHAR *name, process *found, DWORD ids[MOST_IDS])
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

process open_target(const TCHAR *id_or_name)
{
    process target = {0, _T(""), NULL};
    DWORD id = GetCurrentProcessId(), ids[MOST_IDS];

    if (id_or_name != NULL && !parse_number(id_or_name, 1, MAXDWORD, &id))
        id = 0;
    int count = find_process(id, id_or_name, &target, ids);
    if (count == 0) {
        report(id != 0 ? _T("there is no process %s") : _T("no process is called '%s'"), id_or_name);
        exit(STATUS_FAILED);
    }
    if (count > 1)
        die_ambiguous(id_or_name, ids, count);

    if (target.id == GetCurrentProcessId()) {
        target.hProcess = GetCurrentProcess();
        return target;
    }
    target.hProcess =
        OpenProcess(PROCESS_DUP_HANDLE | PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, target.id);
    if (target.hProcess == NULL) {
        report_error(_T("OpenProcess(%lu)"), target.id);
        if (GetLastError() == ERROR_ACCESS_DENIED)
            report(_T("hint: it belongs to another user or to the system; your own processes need no special rights"));
        exit(STATUS_FAILED);
    }
    return target;
}
