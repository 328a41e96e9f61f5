/*
 * handle_json.c - a handle table for scripts.
 *
 * Shows   A handle is a number of up to 64 bits: as text in JSON, whose numbers many readers squeeze into 53.
 * With    HandleTable.c
 */
#include <stdlib.h>

#include "handle_tool.h"

/* Text with the quotes and escapes of JSON, that the caller frees. */
static TCHAR *quoted(const TCHAR *text)
{
    TCHAR *result = malloc((6 * _tcslen(text) + 3) * sizeof(TCHAR));
    if (result == NULL)
        die_error(_T("malloc"));

    TCHAR *end = result;
    *end++ = _T('"');
    for (; *text != _T('\0'); text++) {
        if (*text == _T('"') || *text == _T('\\')) {
            *end++ = _T('\\');
            *end++ = *text;
        } else if ((unsigned)*text < 0x20 || *text == 0x7F) {
            format_text(end, 7, _T("\\u%04x"), (unsigned)*text);
            end += 6;
        } else {
            *end++ = *text;
        }
    }
    *end++ = _T('"');
    *end = _T('\0');
    return result;
}

static const TCHAR *flag(const handle_row *row, bool is_set)
{
    return !row->are_flags_known ? _T("null") : is_set ? _T("true") : _T("false");
}

static void print_row(const handle_row *row)
{
    TCHAR value[HANDLE_CHARS], rights[512], count[16] = _T("null");

    format_handle(value, row->hValue);
    format_access(row->type, row->access, _T("\",\""), rights, 512);
    if (row->usage_count > 0)
        format_text(count, 16, _T("%lu"), row->usage_count);

    TCHAR *name = row->name == NULL ? NULL : quoted(row->name);
    TCHAR *type = row->type[0] == _T('\0') ? NULL : quoted(row->type);
    print(_T("{\"handle\":\"%s\",\"type\":%s,\"kind\":\"%s\",\"inherit\":%s,\"protected\":%s,\"usage_count\":%s,")
          _T("\"access\":\"0x%08lX\",\"rights\":[\"%s\"],\"name\":%s}"),
          value, type == NULL ? _T("null") : type, row->kind, flag(row, row->is_inheritable),
          flag(row, row->is_protected), count, row->access, rights, name == NULL ? _T("null") : name);
    free(name);
    free(type);
}

void print_json(const process *target, const handle_table *table)
{
    TCHAR *name = quoted(target->name);

    print(_T("{\"process\":%lu,\"name\":%s,\"handles\":["), target->id, name);
    for (size_t i = 0; i < table->count; i++) {
        if (i > 0)
            print(_T(","));
        print_row(&table->rows[i]);
    }
    print(_T("]}\n"));
    free(name);
}
