/*
 * process_table.c - keeps processes, and finds out who started whom.
 *
 * Shows   A process keeps its parent's id after the parent has ended. The system may give that id to a new process,
 *         which then looks like the parent of processes that are older than itself.
 * With    ProcessTree.c, KillTree.c, process_tree.c, kill_tree.c
 */
#include <stdlib.h>

#include "process_table.h"

void add_process(process_table *table, const process_entry *process)
{
    process_entry *entries = realloc(table->entries, (table->count + 1) * sizeof(*entries));

    if (entries == NULL)
        die_error(_T("realloc"));
    table->entries = entries;
    entries[table->count++] = *process;
}

static int compare_ids(const void *a, const void *b)
{
    unsigned long first = ((const process_entry *)a)->id, second = ((const process_entry *)b)->id;

    return first < second ? -1 : first > second;
}

static size_t find_parent(const process_table *table, const process_entry *child)
{
    process_entry wanted;

    wanted.id = child->parent_id;
    const process_entry *parent = bsearch(&wanted, table->entries, table->count, sizeof(wanted), compare_ids);
    if (parent == NULL || parent == child)
        return NO_PARENT;
    if (parent->start_time != 0 && child->start_time != 0 && parent->start_time > child->start_time)
        return NO_PARENT;
    return (size_t)(parent - table->entries);
}

bool is_below(const process_table *table, size_t entry, size_t ancestor)
{
    /* The limit is for a table whose links are not checked yet: they may form a ring. */
    for (size_t step = 0; step < table->count && entry != NO_PARENT; step++) {
        entry = table->entries[entry].parent;
        if (entry == ancestor)
            return true;
    }
    return false;
}

void link_processes(process_table *table)
{
    if (table->count == 0)
        return;
    qsort(table->entries, table->count, sizeof(*table->entries), compare_ids);
    for (size_t i = 0; i < table->count; i++)
        table->entries[i].parent = find_parent(table, &table->entries[i]);

    /* Where the start times are not known, two processes may seem to have started each other. */
    for (size_t i = 0; i < table->count; i++) {
        if (is_below(table, i, i))
            table->entries[i].parent = NO_PARENT;
    }
}

const TCHAR *shown_name(const process_entry *process)
{
    static TCHAR name[PROCESS_NAME_CHARS];

    /* A process that is being created may have no name yet. */
    format_text(name, PROCESS_NAME_CHARS, _T("%s"), process->name[0] == _T('\0') ? _T("?") : process->name);
    return printable(name);
}
