/*
 * process_list.c - prints a table of processes: as rows, as a tree, as JSON.
 *
 * Shows   The name comes last in a row. So it may be of any length and any script, and nothing is out of line.
 * With    ListProcess.c
 */
#include <stdlib.h>

#include "process_table.h"

typedef struct printer {
    const process_table *table;
    bool is_json;
    bool has_printed;
} printer;

/* Prints a text as a JSON string is written; control characters have become harmless before. */
static void print_json_string(const TCHAR *text)
{
    TCHAR escaped[2 * PROCESS_NAME_CHARS], *end = escaped;

    for (; *text != _T('\0'); text++) {
        if (*text == _T('"') || *text == _T('\\') || *text == _T('\t'))
            *end++ = _T('\\');
        *end++ = *text == _T('\t') ? _T('t') : *text;
    }
    *end = _T('\0');
    print(_T("\"%s\""), escaped);
}

static void print_process(printer *to, const process_entry *process, int depth)
{
    if (to->is_json) {
        print(to->has_printed ? _T(",\n  {\"name\": ") : _T("[\n  {\"name\": "));
        print_json_string(shown_name(process));
        print(_T(", \"id\": %lu, \"parent\": %lu, \"threads\": %lu, \"depth\": %d}"), process->id, process->parent_id,
              process->threads, depth);
    } else {
        if (!to->has_printed)
            print(_T("%8s %8s %8s  %s\n"), _T("id"), _T("parent"), _T("threads"), _T("name"));
        print(_T("%8lu %8lu %8lu  %*s%s\n"), process->id, process->parent_id, process->threads, 2 * depth, _T(""),
              shown_name(process));
    }
    to->has_printed = true;
}

/* Prints the chosen ones of those that `parent` started, each with those below it. */
static void print_children(printer *to, size_t parent, int depth)
{
    for (size_t i = 0; i < to->table->count; i++) {
        const process_entry *process = &to->table->entries[i];
        if (process->parent == parent && process->is_chosen) {
            print_process(to, process, depth);
            print_children(to, i, depth + 1);
        }
    }
}

/* In a tree, a process comes with those that it was started by, and with those that it started. */
static void choose_line(process_table *table, size_t entry)
{
    for (size_t i = 0; i < table->count; i++) {
        if (is_below(table, i, entry) || is_below(table, entry, i))
            table->entries[i].is_chosen = true;
    }
}

static bool passes(const process_entry *process, const TCHAR *filter)
{
    unsigned long id;

    if (filter == NULL)
        return true;
    if (parse_number(filter, 0, 4294967295UL, &id))
        return process->id == id;
    return is_part_of_name(process->name, filter);
}

int list_processes(const TCHAR *filter, bool is_tree, bool is_json)
{
    process_table table;
    printer to = {&table, is_json, false};

    if (!take_process_table(&table))
        return STATUS_FAILED;
    for (size_t i = 0; i < table.count; i++) {
        if (passes(&table.entries[i], filter)) {
            table.entries[i].is_chosen = true;
            if (is_tree && filter != NULL)
                choose_line(&table, i);
        }
    }

    if (is_tree)
        print_children(&to, NO_PARENT, 0);
    for (size_t i = 0; i < table.count && !is_tree; i++) {
        if (table.entries[i].is_chosen)
            print_process(&to, &table.entries[i], 0);
    }
    if (is_json)
        print(to.has_printed ? _T("\n]\n") : _T("[]\n"));
    free(table.entries);

    if (!to.has_printed)
        report(_T("no process has '%s' as its id or in its name"), filter == NULL ? _T("") : filter);
    return to.has_printed ? 0 : STATUS_FAILED;
}
