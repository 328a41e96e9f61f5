/*
 * snapshot_win32.c - the processes of this moment, as Windows tells them (book 8-10).
 *
 * Shows   CreateToolhelp32Snapshot, Process32First, Process32Next; GetProcessTimes, since an id alone names nobody.
 * With    ListProcess.c, KillProcess.c
 * POSIX   snapshot_posix.c
 */
#include <stdlib.h>

#include "../shared/process_table.h"

#include <tlhelp32.h>

/* Processes that carry the system and its session. Names, since even their owner's rights may not be asked for. */
static const TCHAR *const system_names[] = {
    _T("smss"),
    _T("csrss"),
    _T("wininit"),
    _T("winlogon"),
    _T("services"),
    _T("lsass"),
    _T("lsaiso"),
    _T("svchost"),
    _T("dwm"),
    _T("fontdrvhost"),
    _T("sihost"),
    _T("explorer"),
    _T("conhost"),
    _T("rpcss"),
    _T("winedevice"),
    _T("plugplay"),
    _T("wineboot"),
    _T("Registry"),
    _T("Memory Compression"),
};

static bool is_system_process(const PROCESSENTRY32 *found)
{
    if (found->th32ProcessID == 0 || found->th32ProcessID == 4) /* "System Idle Process" and "System" */
        return found->th32ParentProcessID == 0;
    for (size_t i = 0; i < sizeof(system_names) / sizeof(system_names[0]); i++) {
        if (is_same_name(found->szExeFile, system_names[i]))
            return true;
    }
    return false;
}

/* When the process began; 0 when it may not be asked, as many of the system's. */
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

static bool add_process(process_table *table, const PROCESSENTRY32 *found)
{
    process_entry *entries = realloc(table->entries, (table->count + 1) * sizeof(*entries));
    if (entries == NULL)
        return false;
    table->entries = entries;

    process_entry *entry = &entries[table->count++];
    entry->id = found->th32ProcessID;
    entry->parent_id = found->th32ParentProcessID;
    entry->threads = found->cntThreads;
    entry->start_time = start_time_of(found->th32ProcessID);
    entry->is_system = is_system_process(found);
    entry->is_chosen = false;
    format_text(entry->name, PROCESS_NAME_CHARS, _T("%.*s"), PROCESS_NAME_CHARS - 1, found->szExeFile);
    return true;
}

bool take_process_table(process_table *table)
{
    PROCESSENTRY32 found;

    table->entries = NULL;
    table->count = 0;

    HANDLE hSnapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (hSnapshot == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateToolhelp32Snapshot"));
        return false;
    }

    /* The system wants to know which version of the structure it fills. */
    found.dwSize = sizeof(found);
    BOOL isFound = Process32First(hSnapshot, &found);
    while (isFound && add_process(table, &found))
        isFound = Process32Next(hSnapshot, &found);

    DWORD error = isFound ? ERROR_NOT_ENOUGH_MEMORY : GetLastError();
    CloseHandle(hSnapshot);
    if (error != ERROR_NO_MORE_FILES) {
        SetLastError(error);
        report_error(_T("Process32Next"));
        free(table->entries);
        return false;
    }
    link_processes(table);
    return true;
}

/* ---- names ---------------------------------------------------------------------------------- */

/* Comparing is for UTF-16 alone. */
static int wide_name(const TCHAR *name, wchar_t *wide)
{
#ifdef _UNICODE
    format_text(wide, PROCESS_NAME_CHARS, L"%.*s", PROCESS_NAME_CHARS - 1, name);
    return (int)wcslen(wide);
#else
    int chars = MultiByteToWideChar(CP_UTF8, 0, name, -1, wide, PROCESS_NAME_CHARS);
    return chars > 0 ? chars - 1 : 0;
#endif
}

bool is_same_name(const TCHAR *name, const TCHAR *wanted)
{
    wchar_t wide[PROCESS_NAME_CHARS], wide_wanted[PROCESS_NAME_CHARS];
    int chars = wide_name(name, wide), wanted_chars = wide_name(wanted, wide_wanted);

    /* Ordinal: as the file system does it, whatever the user's language. */
    if (CompareStringOrdinal(wide, chars, wide_wanted, wanted_chars, TRUE) == CSTR_EQUAL)
        return true;
    return chars > 4 && CompareStringOrdinal(wide + chars - 4, 4, L".exe", 4, TRUE) == CSTR_EQUAL &&
           CompareStringOrdinal(wide, chars - 4, wide_wanted, wanted_chars, TRUE) == CSTR_EQUAL;
}

bool is_part_of_name(const TCHAR *name, const TCHAR *part)
{
    wchar_t wide[PROCESS_NAME_CHARS], wide_part[PROCESS_NAME_CHARS];
    int chars = wide_name(name, wide), part_chars = wide_name(part, wide_part);

    return FindStringOrdinal(FIND_FROMSTART, wide, chars, wide_part, part_chars, TRUE) >= 0;
}

unsigned long own_process_id(void)
{
    return GetCurrentProcessId();
}
