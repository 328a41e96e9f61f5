/* handle_table.c - what a process has open, read number by number (handle_table.h says on what this stands). */
#include <stdlib.h>
#include <string.h>

#include "handle_internal.h"

#define NEXT_NAME_LIMIT_MS 100      /* for each further name after one that was given up */
#define VALUE_STEP         4        /* the lower two bits of a handle are the program's own */
#define LAST_VALUE         0x100000 /* where the search ends even if the system says that there is more */
#define MOST_UNUSED        512      /* numbers in a row; a number comes again soon, so tables have no long gaps */
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

static void set_flags(handle_row *row, DWORD flags)
{
    row->are_flags_known = true;
    row->is_inheritable = (flags & HANDLE_FLAG_INHERIT) != 0;
    row->is_protected = (flags & HANDLE_FLAG_PROTECT_FROM_CLOSE) != 0;
}

bool read_handle(HANDLE hObject, handle_row *row)
{
    DWORD flags;

    memset(row, 0, sizeof(*row));
    row->hValue = hObject;
    /* -1 to -6 stand for this process, its thread and the like: constants, in no table. */
    if ((INT_PTR)hObject <= 0) {
        SetLastError(ERROR_INVALID_HANDLE);
        return false;
    }
    if (!GetHandleInformation(hObject, &flags))
        return false;
    set_flags(row, flags);

    const ntdll_calls *ntdll = find_ntdll_calls();
    return ntdll != NULL && read_object(ntdll, hObject, row, NAME_LIMIT_MS);
}

/* Adds handle number `hValue` of this process; false when there is none. */
static bool read_own(const ntdll_calls *ntdll, HANDLE hValue, handle_table *table, DWORD limit_ms)
{
    DWORD flags;

    if (!GetHandleInformation(hValue, &flags))
        return false;
    handle_row *row = add_row(table, hValue);
    set_flags(row, flags);
    read_object(ntdll, hValue, row, limit_ms);
    return true;
}

/* Whether a duplicate has the flags of its source, where that is asked for. Wine 8.0 does not do it. */
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
 * Wine 8.0 knows a process's console by a handle of this kind, one for each process, and takes the console away from
 * whoever closes one: also from us, when we close our duplicate of somebody else's. So that one stays open.
 */
static bool is_console_connection(const handle_row *row)
{
    const DWORD connection_access = SYNCHRONIZE | 0x18;
    return row->access == connection_access && row->name != NULL && row->name[0] == _T('\0');
}

/* The same for another process, through a duplicate, which is one more handle to the object while it is open. */
static bool read_foreign(const ntdll_calls *ntdll, HANDLE hProcess, HANDLE hValue, handle_table *table, DWORD limit_ms,
                         bool are_flags_copied)
{
    static HANDLE hKeptProcess, hKeptValue, hKeptDuplicate;
    bool isKept = hKeptProcess == hProcess && hKeptValue == hValue;
    HANDLE hDuplicate = hKeptDuplicate;
    DWORD flags;

    if (!isKept && !DuplicateHandle(hProcess, hValue, GetCurrentProcess(), &hDuplicate, 0, FALSE,
                                    DUPLICATE_SAME_ACCESS | SAME_ATTRIBUTES)) {
        /* Some handles may not be duplicated. They are there all the same. */
        if (GetLastError() != ERROR_INVALID_HANDLE)
            add_row(table, hValue);
        return GetLastError() != ERROR_INVALID_HANDLE;
    }

    handle_row *row = add_row(table, hValue);
    if (are_flags_copied && GetHandleInformation(hDuplicate, &flags)) {
        set_flags(row, flags);
        SetHandleInformation(hDuplicate, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0);
    }
    if (read_object(ntdll, hDuplicate, row, limit_ms)) {
        row->usage_count--;
        /* hProcess counts, too, where the object is that very process. */
        if (_tcscmp(row->type, _T("Process")) == 0 && GetProcessId(hDuplicate) == GetProcessId(hProcess))
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
