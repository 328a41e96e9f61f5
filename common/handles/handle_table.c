/* handle_table.c - the handle table of a process, read number by number; handle_table.h names the calls behind it. */
#include <stdlib.h>
#include <string.h>

#include "handle_internal.h"

#define NEXT_NAME_LIMIT_MS 100      /* for each further name after one that did not come in time */
#define VALUE_STEP         4        /* handles are multiples of four */
#define LAST_VALUE         0x100000 /* where the search ends even if the system says that there are more handles */
#define MOST_UNUSED        512      /* in a row; the system reuses numbers soon, so a table has no long gaps */
#define SAME_ATTRIBUTES    0x4      /* DUPLICATE_SAME_ATTRIBUTES */

static handle_row *add_row(handle_table *table, HANDLE hValue)
{
    /* Room is added whenever the count is a power of two. */
    if ((table->count & (table->count - 1)) == 0)
        table->rows = reallocate(table->rows, (table->count == 0 ? 1 : 2 * table->count) * sizeof(handle_row));

    handle_row *row = &table->rows[table->count++];
    memset(row, 0, sizeof(*row));
    row->hValue = hValue;
    format_text(row->kind, 16, _T("?"));
    return row;
}

/* Adds handle number `hValue` of this process; false when there is none. */
static bool read_own(const ntdll_calls *ntdll, HANDLE hValue, handle_table *table, DWORD limit_ms)
{
    DWORD flags;

    if (!GetHandleInformation(hValue, &flags))
        return false;
    handle_row *row = add_row(table, hValue);
    set_handle_flags(row, flags);
    read_object(ntdll, hValue, row, limit_ms);
    return true;
}

/* Whether DUPLICATE_SAME_ATTRIBUTES gives a duplicate the flags of its source. Wine 8.0 ignores it. */
static bool copies_attributes(void)
{
    SECURITY_ATTRIBUTES sa = {sizeof(sa), NULL, TRUE};
    HANDLE hEvent = CreateEvent(&sa, TRUE, FALSE, NULL), hDuplicate = NULL;
    DWORD flags = 0;

    if (DuplicateHandle(GetCurrentProcess(), hEvent, GetCurrentProcess(), &hDuplicate, 0, FALSE,
                        DUPLICATE_SAME_ACCESS | SAME_ATTRIBUTES)) {
        GetHandleInformation(hDuplicate, &flags);
        CloseHandle(hDuplicate);
    }
    CloseHandle(hEvent);
    return (flags & HANDLE_FLAG_INHERIT) != 0;
}

/*
 * Wine 8.0 connects a process to its console by a handle of this kind, one for each process, and disconnects whoever
 * closes one: also this program, when it closes its duplicate of another process's. So that one stays open.
 */
static bool is_console_connection(const handle_row *row)
{
    const DWORD connection_access = SYNCHRONIZE | 0x18;
    return row->access == connection_access && row->name != NULL && row->name[0] == _T('\0');
}

/* Whether the object is that process. A handle that may only be waited for does not tell the id; a further one does. */
static bool is_process(HANDLE hObject, HANDLE hProcess)
{
    HANDLE hTelling;

    if (!DuplicateHandle(GetCurrentProcess(), hObject, GetCurrentProcess(), &hTelling,
                         PROCESS_QUERY_LIMITED_INFORMATION, FALSE, 0))
        return false;
    bool isSame = GetProcessId(hTelling) == GetProcessId(hProcess);
    CloseHandle(hTelling);
    return isSame;
}

/* The same for another process, through a duplicate. While it is open, the duplicate adds one to the usage count. */
static bool read_foreign(const ntdll_calls *ntdll, HANDLE hProcess, HANDLE hValue, handle_table *table, DWORD limit_ms,
                         bool are_flags_copied)
{
    static HANDLE hKeptProcess, hKeptValue, hKeptDuplicate;
    bool isKept = hKeptProcess == hProcess && hKeptValue == hValue;
    HANDLE hDuplicate = hKeptDuplicate;
    DWORD flags;

    if (!isKept && !DuplicateHandle(hProcess, hValue, GetCurrentProcess(), &hDuplicate, 0, FALSE,
                                    DUPLICATE_SAME_ACCESS | SAME_ATTRIBUTES)) {
        /* Some handles cannot be duplicated, but they are in the table. */
        if (GetLastError() != ERROR_INVALID_HANDLE)
            add_row(table, hValue);
        return GetLastError() != ERROR_INVALID_HANDLE;
    }

    handle_row *row = add_row(table, hValue);
    if (are_flags_copied && GetHandleInformation(hDuplicate, &flags)) {
        set_handle_flags(row, flags);
        SetHandleInformation(hDuplicate, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0);
    }
    if (read_object(ntdll, hDuplicate, row, limit_ms)) {
        row->usage_count--;
        /* hProcess is one more handle to the process itself. */
        if (_tcscmp(row->type, _T("Process")) == 0 && is_process(hDuplicate, hProcess))
            row->usage_count--;
    }
    if (isKept)
        return true;
    if (is_console_connection(row)) {
        hKeptProcess = hProcess;
        hKeptValue = hValue;
        hKeptDuplicate = hDuplicate;
    } else {
        CloseHandle(hDuplicate);
    }
    return true;
}

bool read_handle_table(HANDLE hProcess, handle_table *table)
{
    const bool isOwn = GetProcessId(hProcess) == GetCurrentProcessId();
    const bool areFlagsCopied = !isOwn && copies_attributes();
    DWORD expected = 0, limit_ms = NAME_LIMIT_MS, unused = 0;

    memset(table, 0, sizeof(*table));
    const ntdll_calls *ntdll = find_ntdll_calls();
    /* Under Wine 8.0 the count is 0. */
    if (ntdll == NULL || !GetProcessHandleCount(hProcess, &expected))
        return false;

    for (UINT_PTR value = VALUE_STEP; value < LAST_VALUE; value += VALUE_STEP) {
        if (unused >= MOST_UNUSED && table->count >= expected)
            break;
        if (isOwn ? read_own(ntdll, (HANDLE)value, table, limit_ms)
                  : read_foreign(ntdll, hProcess, (HANDLE)value, table, limit_ms, areFlagsCopied)) {
            const handle_row *row = &table->rows[table->count - 1];
            unused = 0;
            if (_tcscmp(row->type, _T("File")) == 0 && row->name == NULL)
                limit_ms = NEXT_NAME_LIMIT_MS;
        } else {
            unused++;
        }
    }
    table->missing = table->count < expected ? expected - table->count : 0;
    return true;
}

void free_handle_table(handle_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->rows[i].name);
    free(table->rows);
    memset(table, 0, sizeof(*table));
}
