/*
 * table_json.c - a handle table as JSON, for scripts.
 *
 * Shows   A handle has up to 64 bits. As a JSON number many readers would cut it to 53, so it is written as text.
 * With    HandleTable.c
 */
#include <stdlib.h>

#include "json.h"
#include "table_view.h"

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

    TCHAR *type = json_string(row->type[0] == _T('\0') ? NULL : row->type);
    TCHAR *name = json_string(row->name);
    print(_T("{\"handle\":\"%s\",\"type\":%s,\"kind\":\"%s\",\"inherit\":%s,\"protected\":%s,\"usage_count\":%s,")
          _T("\"access\":\"0x%08lX\",\"rights\":[\"%s\"],\"name\":%s}"),
          value, type, row->kind, flag(row, row->is_inheritable), flag(row, row->is_protected), count, row->access,
          rights, name);
    free(name);
    free(type);
}

void print_json(const process *target, const handle_table *table)
{
    TCHAR *name = json_string(target->name);

    print(_T("{\"process\":%lu,\"name\":%s,\"handles\":["), target->id, name);
    for (size_t i = 0; i < table->count; i++) {
        if (i > 0)
            print(_T(","));
        print_row(&table->rows[i]);
    }
    print(_T("]}\n"));
    free(name);
}
