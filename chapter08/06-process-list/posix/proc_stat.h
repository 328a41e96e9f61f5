/* proc_stat.h - what two files of /proc say about a process. */
#ifndef PROC_STAT_H
#define PROC_STAT_H

#include "../shared/process_table.h"

/*
 * Takes /proc/PID/stat apart, one line of text with everything about a process. False when there is no such process any
 * more: it is a zombie, which has ended and only waits for its parent to ask for its exit status.
 */
bool parse_stat(char *stat, process_entry *process);

/* Whether the name is as long as Linux keeps one, so that it may have been cut. */
bool may_be_cut(const process_entry *process);

/* Takes the rest of a cut name from /proc/PID/cmdline: the arguments of the process, its program first. */
void lengthen_name(process_entry *process, const char *cmdline);

#endif
