/* access_names.c - the access rights of a handle by name. */
#include "handle_table.h"

typedef struct right {
    DWORD bits;
    const TCHAR *name;
} right;

/* clang-format off */
#define RIGHT(name) { name, _T(#name) }
/* clang-format on */

/* Combinations come first: a right that is part of one is not named again. */
static const right file_rights[] = {
    RIGHT(FILE_ALL_ACCESS), RIGHT(FILE_GENERIC_READ),    RIGHT(FILE_GENERIC_WRITE),    RIGHT(FILE_READ_DATA),
    RIGHT(FILE_WRITE_DATA), RIGHT(FILE_APPEND_DATA),     RIGHT(FILE_READ_EA),          RIGHT(FILE_WRITE_EA),
    RIGHT(FILE_EXECUTE),    RIGHT(FILE_READ_ATTRIBUTES), RIGHT(FILE_WRITE_ATTRIBUTES), {0, NULL},
};
static const right event_rights[] = {
    RIGHT(EVENT_ALL_ACCESS),
    RIGHT(EVENT_MODIFY_STATE),
    {0x0001, _T("EVENT_QUERY_STATE")},
    {0, NULL},
};
static const right mutex_rights[] = {
    RIGHT(MUTEX_ALL_ACCESS),
    RIGHT(MUTEX_MODIFY_STATE),
    {0, NULL},
};
static const right semaphore_rights[] = {
    RIGHT(SEMAPHORE_ALL_ACCESS),
    RIGHT(SEMAPHORE_MODIFY_STATE),
    {0x0001, _T("SEMAPHORE_QUERY_STATE")},
    {0, NULL},
};
static const right section_rights[] = {
    RIGHT(SECTION_ALL_ACCESS),
    RIGHT(SECTION_QUERY),
    RIGHT(SECTION_MAP_WRITE),
    RIGHT(SECTION_MAP_READ),
    RIGHT(SECTION_MAP_EXECUTE),
    RIGHT(SECTION_EXTEND_SIZE),
    {0, NULL},
};
static const right process_rights[] = {
    RIGHT(PROCESS_ALL_ACCESS),
    RIGHT(PROCESS_TERMINATE),
    RIGHT(PROCESS_CREATE_THREAD),
    RIGHT(PROCESS_VM_OPERATION),
    RIGHT(PROCESS_VM_READ),
    RIGHT(PROCESS_VM_WRITE),
    RIGHT(PROCESS_DUP_HANDLE),
    RIGHT(PROCESS_CREATE_PROCESS),
    RIGHT(PROCESS_SET_QUOTA),
    RIGHT(PROCESS_SET_INFORMATION),
    RIGHT(PROCESS_QUERY_INFORMATION),
    RIGHT(PROCESS_SUSPEND_RESUME),
    RIGHT(PROCESS_QUERY_LIMITED_INFORMATION),
    {0, NULL},
};
static const right thread_rights[] = {
    RIGHT(THREAD_ALL_ACCESS),
    RIGHT(THREAD_TERMINATE),
    RIGHT(THREAD_SUSPEND_RESUME),
    RIGHT(THREAD_GET_CONTEXT),
    RIGHT(THREAD_SET_CONTEXT),
    RIGHT(THREAD_SET_INFORMATION),
    RIGHT(THREAD_QUERY_INFORMATION),
    RIGHT(THREAD_SET_THREAD_TOKEN),
    RIGHT(THREAD_IMPERSONATE),
    RIGHT(THREAD_DIRECT_IMPERSONATION),
    RIGHT(THREAD_SET_LIMITED_INFORMATION),
    RIGHT(THREAD_QUERY_LIMITED_INFORMATION),
    {0, NULL},
};
static const right standard_rights[] = {
    RIGHT(DELETE), RIGHT(READ_CONTROL), RIGHT(WRITE_DAC), RIGHT(WRITE_OWNER), RIGHT(SYNCHRONIZE), {0, NULL},
};

static const struct {
    const TCHAR *type;
    const right *rights;
} types[] = {
    {_T("File"), file_rights},           {_T("Event"), event_rights},     {_T("Mutant"), mutex_rights},
    {_T("Semaphore"), semaphore_rights}, {_T("Section"), section_rights}, {_T("Process"), process_rights},
    {_T("Thread"), thread_rights},
};

/* Appends as much as there is room for. */
static void append(TCHAR *text, size_t text_chars, const TCHAR *separator, const TCHAR *name)
{
    size_t used = _tcslen(text);
    format_text(text + used, text_chars - used, _T("%s%s"), used > 0 ? separator : _T(""), name);
}

void format_access(const TCHAR *type, DWORD access, const TCHAR *separator, TCHAR *text, size_t text_chars)
{
    const right *lists[] = {NULL, standard_rights};
    DWORD left = access;

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (_tcscmp(type, types[i].type) == 0)
            lists[0] = types[i].rights;
    }

    text[0] = _T('\0');
    for (size_t i = 0; i < 2; i++) {
        for (const right *next = lists[i]; next != NULL && next->name != NULL; next++) {
            if ((access & next->bits) == next->bits && (left & next->bits) != 0) {
                append(text, text_chars, separator, next->name);
                left &= ~next->bits;
            }
        }
    }
    if (left != 0 || access == 0) {
        TCHAR number[16];
        format_text(number, 16, _T("0x%lX"), left);
        append(text, text_chars, separator, number);
    }
}
