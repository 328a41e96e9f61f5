/*
 * kill_rounds.c - ends the chosen processes, and what they have started meanwhile, until nothing new is found.
 *
 * Shows   A list of processes is old as soon as it has been made. So a new one is made when all are gone that were in
 *         the last one: whoever has a parent among them has been started since.
 * With    KillTree.c, kill_tree.c; process_choice.c, process_table.c
 */
#include <stdlib.h>

#include "process_table.h"

#define ROUNDS_MAX 1000

/* Whether `process` is one of `doomed`. */
static bool is_among(const process_table *doomed, const process_entry *process)
{
    for (size_t i = 0; i < doomed->count; i++) {
        const process_entry *other = &doomed->entries[i];
        bool is_known = other->start_time != 0 && process->start_time != 0;

        if (other->id == process->id && (!is_known || other->start_time == process->start_time))
            return true;
    }
    return false;
}

/*
 * Whether one of `doomed` started `process`, which is in `table`. The id of one that has ended by itself may belong to
 * another by now, which is in the table, too: what that one started is younger than it, and not ours.
 */
static bool is_child_of(const process_table *doomed, const process_table *table, const process_entry *process)
{
    const process_entry *parent = process->parent == NO_PARENT ? NULL : &table->entries[process->parent];

    if (parent != NULL)
        return is_among(doomed, parent);
    for (size_t i = 0; i < doomed->count; i++) {
        const process_entry *other = &doomed->entries[i];
        bool is_known = other->start_time != 0 && process->start_time != 0;

        if (other->id == process->parent_id && is_known && other->start_time <= process->start_time)
            return true;
    }
    return false;
}

/* Makes a new list, and chooses in it what the doomed ones have started. Gives how many these are. */
static size_t choose_again(process_table *table, const process_table *doomed, const kill_options *options,
                           const kill_calls *calls)
{
    size_t chosen = 0;

    free(table->entries);
    *table = (process_table){NULL, 0};
    calls->take_snapshot(table);
    size_t self = 0;
    while (self < table->count && table->entries[self].id != calls->own_id)
        self++;
    for (size_t i = 0; i < table->count; i++) {
        process_entry *process = &table->entries[i];
        bool is_needed = process->is_system || (self < table->count && is_below(table, self, i));
        bool may_end = process->id != calls->own_id && (options->is_forced || !is_needed);
        process->is_chosen = may_end && !is_among(doomed, process) && is_child_of(doomed, table, process);
        chosen += process->is_chosen;
    }
    return chosen;
}

/* Puts the chosen ones on the list of the doomed. For a tree it stops them first, so that they start nothing more. */
static void doom_chosen(process_table *doomed, const process_table *table, const kill_options *options,
                        const kill_calls *calls)
{
    for (size_t i = 0; i < table->count; i++) {
        if (!table->entries[i].is_chosen)
            continue;
        if (calls->stop_process != NULL && options->ends_tree && !options->is_dry_run &&
            table->entries[i].id != calls->own_id)
            calls->stop_process(&table->entries[i]);
        add_process(doomed, &table->entries[i]);
    }
}

int end_targets(int count, TCHAR *const targets[], const kill_options *options, const kill_calls *calls)
{
    process_table table = {NULL, 0}, doomed = {NULL, 0};
    size_t first = 0;
    int ended = 0;

    calls->take_snapshot(&table);
    int left = choose_targets(&table, calls->own_id, count, targets, options);
    doom_chosen(&doomed, &table, options, calls);
    for (int round = 1;; round++) {
        bool repeats = options->ends_tree && !options->is_dry_run && doomed.count > 0;
        /* Where processes can be stopped, all of them are, before the first one ends. */
        while (repeats && calls->stop_process != NULL && choose_again(&table, &doomed, options, calls) > 0)
            doom_chosen(&doomed, &table, options, calls);

        /* This process itself in the second turn, or the others would not be ended. */
        for (int turn = 1; turn <= 2; turn++) {
            for (size_t i = first; i < doomed.count; i++) {
                if ((doomed.entries[i].id == calls->own_id) != (turn == 2))
                    continue;
                bool has_ended = calls->end_process(&doomed.entries[i], options);
                ended += has_ended;
                left += !has_ended;
            }
        }
        first = doomed.count;
        if (!repeats || choose_again(&table, &doomed, options, calls) == 0)
            break;
        if (round == ROUNDS_MAX) {
            report(_T("new processes come faster than they can be ended"));
            left++;
            break;
        }
        doom_chosen(&doomed, &table, options, calls);
    }
    free(doomed.entries);
    free(table.entries);
    return left == 0 ? 0 : ended == 0 ? STATUS_FAILED : STATUS_SOME;
}
