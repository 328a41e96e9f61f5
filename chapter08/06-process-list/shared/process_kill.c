/*
 * process_kill.c - which processes a name or an id means, and which of them are better left alone.
 *
 * Shows   What to settle before a process is ended: is it the only one of that name, would it take us along, does the
 *         system stand on it.
 * With    KillProcess.c, end_win32.c, end_posix.c
 */
#include <stdlib.h>

#include "process_table.h"

/* Its place in the table; the number of entries when it is not there. */
static size_t find_own_entry(const process_table *table)
{
    size_t self = 0;

    while (self < table->count && table->entries[self].id != own_process_id())
        self++;
    return self;
}

/* Why a process is not ended without --force; NULL: it may be. */
static const TCHAR *reason_to_refuse(const process_table *table, size_t entry)
{
    size_t self = find_own_entry(table);

    if (entry == self)
        return _T("is this program itself");
    if (self < table->count && is_below(table, self, entry))
        return _T("has started this program");
    return table->entries[entry].is_system ? _T("belongs to the system") : NULL;
}

/* Chooses a process and, with --tree, those below. Gives how many of them are refused. */
static int choose(process_table *table, size_t chosen, const kill_options *options)
{
    int refused = 0;

    for (size_t i = 0; i < table->count; i++) {
        process_entry *process = &table->entries[i];
        const TCHAR *reason = NULL;

        if (i != chosen && !(options->tree && is_below(table, i, chosen)))
            continue;
        if (!options->force)
            reason = reason_to_refuse(table, i);
        if (reason != NULL) {
            report(_T("%s (process %lu) %s; only --force ends it"), process->name, process->id, reason);
            refused++;
        }
        process->is_chosen = reason == NULL;
    }
    return refused;
}

static bool is_meant(const process_entry *process, const TCHAR *target)
{
    unsigned long id;

    /* A program with such a name is meant by "123.exe". */
    if (parse_number(target, 0, 4294967295UL, &id))
        return process->id == id;
    return is_same_name(process->name, target);
}

/* Gives how many processes, or targets without one, will not be ended. */
static int choose_target(process_table *table, const TCHAR *target, const kill_options *options)
{
    size_t found = 0;
    int refused = 0;

    for (size_t i = 0; i < table->count; i++)
        found += is_meant(&table->entries[i], target);
    if (found == 0) {
        report(_T("there is no process '%s'"), target);
        return 1;
    }
    if (found > 1 && !options->all)
        report(_T("'%s' may be any of %lu processes; give an id, or --all to end all of them:"), target,
               (unsigned long)found);

    for (size_t i = 0; i < table->count; i++) {
        if (!is_meant(&table->entries[i], target))
            continue;
        if (found == 1 || options->all)
            refused += choose(table, i, options);
        else
            report(_T("  %s (process %lu)"), table->entries[i].name, table->entries[i].id);
    }
    return found > 1 && !options->all ? 1 : refused;
}

int kill_processes(int count, TCHAR *const targets[], const kill_options *options)
{
    process_table table;
    int ended = 0, left = 0;

    if (!take_process_table(&table))
        return STATUS_FAILED;
    for (int i = 0; i < count; i++)
        left += choose_target(&table, targets[i], options);

    /* Itself last, or the others would live on. */
    size_t self = find_own_entry(&table);
    for (size_t i = 0; i < table.count; i++) {
        if (table.entries[i].is_chosen && i != self)
            *(end_process(&table.entries[i], options) ? &ended : &left) += 1;
    }
    if (self < table.count && table.entries[self].is_chosen)
        *(end_process(&table.entries[self], options) ? &ended : &left) += 1;
    free(table.entries);
    return left == 0 ? 0 : ended == 0 ? STATUS_FAILED : STATUS_SOME;
}
