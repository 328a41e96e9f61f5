/* show_handles.c - prints handle tables, and for --handles the table of this process at each step. */
#include <stdlib.h>
#include <string.h>

#include "handle_internal.h"

static bool is_watching;
static handle_table at_start;

bool is_interesting(const handle_row *row)
{
    static const TCHAR *const kinds[] = {
        _T("mailslot"), _T("pipe"),  _T("socket"),    _T("file"), _T("event"), _T("process"), _T("thread"),
        _T("section"),  _T("mutex"), _T("semaphore"), _T("job"),  _T("timer"), _T("?"),
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (_tcscmp(row->kind, kinds[i]) == 0)
            return true;
    }
    return false;
}

void print_handle_header(void)
{
    print(_T("  %-8s %-9s %-7s %5s  %-40s %s\n"), _T("handle"), _T("kind"), _T("inherit"), _T("count"), _T("access"),
          _T("name"));
}

void print_handle_row(const TCHAR *mark, const handle_row *row)
{
    TCHAR value[HANDLE_CHARS], access[512], count[16] = _T("?");

    format_handle(value, row->hValue);
    format_access(row->type, row->access, _T("|"), access, 512);
    if (row->usage_count > 0)
        format_text(count, 16, _T("%lu"), row->usage_count);
    if (row->is_protected)
        format_text(access + _tcslen(access), 512 - _tcslen(access), _T("|protected"));

    const TCHAR *inherit = !row->are_flags_known ? _T("?") : row->is_inheritable ? _T("yes") : _T("no");
    const TCHAR *shown = row->name == NULL ? _T("(did not answer)") : row->name;
    size_t name_bytes = (_tcslen(shown) + 1) * sizeof(TCHAR);
    TCHAR *name = memcpy(allocate(name_bytes), shown, name_bytes);
    print(_T("%s %-8s %-9s %-7s %5s  %-*s%s%s\n"), mark, value, row->kind, inherit, count, name[0] == _T('\0') ? 0 : 40,
          access, name[0] == _T('\0') ? _T("") : _T(" "), printable(name));
    free(name);
}

void watch_handles(bool is_wanted)
{
    is_watching = is_wanted;
    if (is_wanted && !read_handle_table(GetCurrentProcess(), &at_start))
        die_error(_T("NtQueryObject"));
}

/*
 * Whether the handle was there before the program opened anything, and was not inherited. A number from that time may
 * have been closed and used for something new; then the kind differs, in most cases.
 */
static bool is_of_run_time(const handle_row *row)
{
    if (is_standard_handle(row->hValue))
        return true;
    for (size_t i = 0; i < at_start.count; i++) {
        const handle_row *old = &at_start.rows[i];
        if (old->hValue == row->hValue && !old->is_inheritable && _tcscmp(old->kind, row->kind) == 0)
            return true;
    }
    return false;
}

void show_handles(const TCHAR *title)
{
    handle_table table;

    if (!is_watching)
        return;
    if (!read_handle_table(GetCurrentProcess(), &table))
        die_error(_T("NtQueryObject"));

    print(_T("-- handles %s\n"), title);
    print_handle_header();
    for (size_t i = 0; i < table.count; i++) {
        if (is_interesting(&table.rows[i]) && !is_of_run_time(&table.rows[i]))
            print_handle_row(_T(" "), &table.rows[i]);
    }
    free_handle_table(&table);
}
