/*
 * process_tree.c - lists the processes with their parents: as rows, as a tree, as JSON.
 *
 * Shows   /proc/PID/stat has a process's parent and start time: a parent's id is believed only when that process
 *         started before its child.
 * Run     process_tree [--tree] [--json] [FILTER]
 * With    proc_read.c, proc_stat.c, process_table.c, process_list.c, process_names.c
 * Win32   ProcessTree.c
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "proc_read.h"

static void read_processes(process_table *table)
{
    process_entry process;
    const struct dirent *folder;

    DIR *proc = opendir("/proc");
    if (proc == NULL)
        die_error("opendir(/proc)");
    /* At the end readdir gives NULL and leaves errno alone. */
    while (errno = 0, (folder = readdir(proc)) != NULL) {
        if (isdigit((unsigned char)folder->d_name[0]) && read_process(folder->d_name, &process))
            add_process(table, &process);
    }
    if (errno != 0)
        die_error("readdir(/proc)");
    closedir(proc);
    link_processes(table);
}

int main(int argc, char *argv[])
{
    process_table table = {NULL, 0};
    bool prints_tree = false, prints_json = false;

    const option_spec options[] = {
        OPTION_FLAG("--tree", &prints_tree, "show who started whom"),
        OPTION_FLAG("--json", &prints_json, "for other programs: an array of objects, one to a line"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Lists all processes, or those with FILTER as their id or in their name.", "[FILTER]",
                  options);

    read_processes(&table);
    int status = print_processes(&table, argv[1], prints_tree, prints_json);
    free(table.entries);
    return status;
}
