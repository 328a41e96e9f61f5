/*
 * process_table.h - the processes of one moment: kept, sorted, chosen and printed. It serves the programs of both sides
 * that show or end a tree; they ask the system themselves. How a system compares names is in process_names.c.
 */
#ifndef PROCESS_TABLE_H
#define PROCESS_TABLE_H

#include "companion.h"

#define PROCESS_NAME_CHARS 260
#define NO_PARENT          ((size_t)-1)

typedef struct process_entry {
    unsigned long id, parent_id, threads;
    unsigned long long start_time; /* an id and its start time belong to one process only; 0: not known */
    bool is_system;                /* the system itself may end with it */
    bool is_stopped;               /* POSIX: by SIGSTOP, or by a debugger */
    bool is_chosen;                /* to be shown, or to be ended */
    size_t parent;                 /* its place in the table, or NO_PARENT */
    TCHAR name[PROCESS_NAME_CHARS];
} process_entry;

typedef struct process_table {
    process_entry *entries; /* to be freed */
    size_t count;
} process_table;

/* ---- process_table.c ------------------------------------------------------------------------ */

/* Adds a copy. Ends the program when there is no memory for it. */
void add_process(process_table *table, const process_entry *process);

/* Sorts the table by id, and finds the parent of each process, where its id can be believed. */
void link_processes(process_table *table);

/* Whether process number `entry` was started by number `ancestor`, by one that it started, and so on. */
bool is_below(const process_table *table, size_t entry, size_t ancestor);

/* The name, harmless on a terminal. Valid until the next call. */
const TCHAR *shown_name(const process_entry *process);

/* ---- process_list.c ------------------------------------------------------------------------- */

/* Prints all processes, or those that a filter (part of a name, or an id; NULL: none) lets through. An exit status. */
int print_processes(process_table *table, const TCHAR *filter, bool prints_tree, bool prints_json);

/* ---- process_choice.c ----------------------------------------------------------------------- */

typedef struct kill_options {
    bool ends_all, ends_tree, is_dry_run, is_forced;
    unsigned long grace_ms; /* POSIX: how long a process may take to end in order */
} kill_options;

/*
 * Chooses the processes that the targets mean, by name or id; `own_id` is this process. Gives how many of them will not
 * be ended, which has been reported.
 */
int choose_targets(process_table *table, unsigned long own_id, int count, TCHAR *const targets[],
                   const kill_options *options);

/* ---- kill_rounds.c -------------------------------------------------------------------------- */

/* Exit status: some of the processes that were asked for have ended, but not all. */
enum { STATUS_SOME = 3 };

/* What the program itself does, by the calls of its system. */
typedef struct kill_calls {
    unsigned long own_id;
    void (*take_snapshot)(process_table *table);
    void (*stop_process)(const process_entry *process); /* NULL: on Windows no call stops a process */
    bool (*end_process)(const process_entry *process, const kill_options *options);
} kill_calls;

/* Ends what the targets mean; with --tree also what these processes start meanwhile. Gives the exit status. */
int end_targets(int count, TCHAR *const targets[], const kill_options *options, const kill_calls *calls);

/* ---- process_names.c, in beyond/ and posix/ ------------------------------------------------- */

/* How this system compares names: on Windows in any case, and ".exe" may be left out. */
bool is_same_name(const TCHAR *name, const TCHAR *wanted);
bool is_part_of_name(const TCHAR *name, const TCHAR *part);

#endif
