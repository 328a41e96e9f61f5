/*
 * process_choice.c - which processes a name or an id means, and which of them are not to be ended.
 *
 * Shows   What to find out before a process is ended: is it the only one of that name, has it started this program,
 *         does the system need it.
 * With    KillTree.c, kill_tree.c
 */
#include "process_table.h"

/* Why a process is not ended without --force; NULL: it may be ended. `self` is the place of this process. */
static const TCHAR *reason_to_refuse(const process_table *table, size_t entry, size_t self)
{
    if (entry == self)
        return _T("is this program itself");
    if (self < table->count && is_below(table, self, entry))
        return _T("has started this program");
    return table->entries[entry].is_system ? _T("belongs to the system") : NULL;
}

/* Chooses a process and, with --tree, its descendants. Gives how many of them are refused. */
static int choose(process_table *table, size_t chosen, size_t self, const kill_options *options)
{
    int refused = 0;

    for (size_t i = 0; i < table->count; i++) {
        process_entry *process = &table->entries[i];
        const TCHAR *reason = NULL;

        if (i != chosen && !(options->ends_tree && is_below(table, i, chosen)))
            continue;
        if (!options->is_forced)
            reason = reason_to_refuse(table, i, self);
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

    /* A program whose name is a number has to be given as "123.exe". */
    if (parse_number(target, 0, 4294967295UL, &id))
        return process->id == id;
    return is_same_name(process->name, target);
}

static int choose_target(process_table *table, const TCHAR *target, size_t self, const kill_options *options)
{
    size_t found = 0;
    int refused = 0;

    for (size_t i = 0; i < table->count; i++)
        found += is_meant(&table->entries[i], target);
    if (found == 0) {
        report(_T("there is no process '%s'"), target);
        return 1;
    }
    if (found > 1 && !options->ends_all)
        report(_T("'%s' may be any of %lu processes; give an id, or --all to end all of them:"), target,
               (unsigned long)found);

    for (size_t i = 0; i < table->count; i++) {
        if (!is_meant(&table->entries[i], target))
            continue;
        if (found == 1 || options->ends_all)
            refused += choose(table, i, self, options);
        else
            report(_T("  %s (process %lu)"), table->entries[i].name, table->entries[i].id);
    }
    return found > 1 && !options->ends_all ? 1 : refused;
}

int choose_targets(process_table *table, unsigned long own_id, int count, TCHAR *const targets[],
                   const kill_options *options)
{
    size_t self = 0;
    int left = 0;

    while (self < table->count && table->entries[self].id != own_id)
        self++;
    for (int i = 0; i < count; i++)
        left += choose_target(table, targets[i], self, options);
    return left;
}
