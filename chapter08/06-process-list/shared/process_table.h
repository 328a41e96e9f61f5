/*
 * process_table.h - all processes at one moment, and what ListProcess, KillProcess and the command prompt of the next
 * lesson do with them. Both sides share this; what asks the system is in *_win32.c and *_posix.c.
 */
#ifndef PROCESS_TABLE_H
#define PROCESS_TABLE_H

#include "companion.h"

#define PROCESS_NAME_CHARS 260
#define NO_PARENT          ((size_t)-1)

/* KillProcess: some of what was asked for has ended, but not all. */
enum { STATUS_SOME = 3 };

typedef struct process_entry {
    unsigned long id, parent_id, threads;
    unsigned long long start_time; /* an id and this one name a process for ever; 0: the system does not tell */
    bool is_system;                /* the system itself may end with it */
    bool is_chosen;                /* to be shown, or to be ended */
    size_t parent;                 /* its place in the table, or NO_PARENT */
    TCHAR name[PROCESS_NAME_CHARS];
} process_entry;

typedef struct process_table {
    process_entry *entries; /* by id; to be freed */
    size_t count;
} process_table;

/* Takes the table of this moment. False when the system did not give it, which has been reported. */
bool take_process_table(process_table *table);

/* Sorts the table, and finds each parent that is to be believed. A part of take_process_table. */
void link_processes(process_table *table);

/* Whether process number `entry` was started by number `ancestor`, by one that it started, and so on. */
bool is_below(const process_table *table, size_t entry, size_t ancestor);

/* How this system compares names: on Windows without case, and ".exe" may be left out. */
bool is_same_name(const TCHAR *name, const TCHAR *wanted);
bool is_part_of_name(const TCHAR *name, const TCHAR *part);

/* The name, harmless on a terminal. Good until the next call. */
const TCHAR *shown_name(const process_entry *process);

unsigned long own_process_id(void);

/* Prints all processes, or those that a filter (part of a name, or an id; NULL: none) lets through. An exit status. */
int list_processes(const TCHAR *filter, bool is_tree, bool is_json);

typedef struct kill_options {
    bool all, tree, dry_run, force;
    unsigned long grace_ms; /* POSIX: how long a process may take to end in order */
} kill_options;

/* Ends the processes that these names and ids mean. Gives 0, STATUS_FAILED (none) or STATUS_SOME. */
int kill_processes(int count, TCHAR *const targets[], const kill_options *options);

/* Ends one process, waits until it is gone and says so. False when it is not gone, which has been reported. */
bool end_process(const process_entry *process, const kill_options *options);

#endif
