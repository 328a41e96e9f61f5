/*
 * process_list.c - prints a table of processes: as rows, as a tree, as JSON.
 *
 * Shows   The name comes last in a row, so that a long name, or a Korean one, moves no other column.
 * With    ProcessTree.c, process_tree.c
 */
#include <stdlib.h>

#include "json.h"
#include "process_table.h"

typedef struct printer {
    const process_table *table;
    bool prints_json;
    bool has_printed;
} printer;

static void print_process(printer *to, const process_entry *process, int depth)
{
    if (to->prints_json) {
        TCHAR *name = json_string(process->name);
        print(_T("%s\n  {\"name\": %s, \"id\": %lu, \"parent\": %lu, \"threads\": %lu, \"depth\": %d}"),
              to->has_printed ? _T(",") : _T("["), name, process->id, process->parent_id, process->threads, depth);
        free(name);
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

/* In a tree, a process is shown with all its ancestors and all its descendants. */
static void choose_family(process_table *table, size_t entry)
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

int print_processes(process_table *table, const TCHAR *filter, bool prints_tree, bool prints_json)
{
    printer to = {table, prints_json, false};

    for (size_t i = 0; i < table->count; i++) {
        if (passes(&table->entries[i], filter)) {
            table->entries[i].is_chosen = true;
            if (prints_tree && filter != NULL)
                choose_family(table, i);
        }
    }

    if (prints_tree)
        print_children(&to, NO_PARENT, 0);
    for (size_t i = 0; i < table->count && !prints_tree; i++) {
        if (table->entries[i].is_chosen)
            print_process(&to, &table->entries[i], 0);
    }
    if (prints_json)
        print(to.has_printed ? _T("\n]\n") : _T("[]\n"));

    if (!to.has_printed)
        report(_T("no process has '%s' as its id or in its name"), filter == NULL ? _T("") : filter);
    return to.has_printed ? 0 : STATUS_FAILED;
}
