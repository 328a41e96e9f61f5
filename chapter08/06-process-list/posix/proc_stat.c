/*
 * proc_stat.c - takes apart what /proc says about a process.
 *
 * Shows   The fields of /proc/PID/stat. The name in it is chosen by the process and may hold blanks and parentheses.
 * With    list_process.c, proc_read.c
 */
#include "proc_stat.h"

#include <string.h>

#define SHORT_NAME_BYTES 15         /* Linux keeps no more of a name */
#define KERNEL_THREAD    0x00200000 /* PF_KTHREAD among the flags in stat */

bool parse_stat(char *stat, process_entry *process)
{
    char state;
    unsigned flags;

    /* "264 (name) S 1 ...": the last parenthesis ends the name. */
    char *open_mark = strchr(stat, '('), *close_mark = strrchr(stat, ')');
    if (open_mark == NULL || close_mark == NULL || close_mark < open_mark)
        return false;
    *close_mark = '\0';
    if (sscanf(stat, "%lu", &process->id) != 1 ||
        sscanf(close_mark + 1, " %c %lu %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %lu %*d %llu",
               &state, &process->parent_id, &flags, &process->threads, &process->start_time) != 5)
        return false;
    if (state == 'Z' || state == 'X')
        return false;

    process->is_system = process->id == 1 || (flags & KERNEL_THREAD) != 0;
    process->is_stopped = state == 'T' || state == 't';
    process->is_chosen = false;
    format_text(process->name, PROCESS_NAME_CHARS, "%s", open_mark + 1);
    return true;
}

bool may_be_cut(const process_entry *process)
{
    return strlen(process->name) >= SHORT_NAME_BYTES;
}

void lengthen_name(process_entry *process, const char *cmdline)
{
    const char *slash = strrchr(cmdline, '/');
    const char *whole = slash == NULL ? cmdline : slash + 1;

    if (strncmp(whole, process->name, SHORT_NAME_BYTES) == 0)
        format_text(process->name, PROCESS_NAME_CHARS, "%s", whole);
}
