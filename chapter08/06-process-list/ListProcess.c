/*
 * ListProcess.c - lists the processes of this moment (book 8-10).
 *
 * Shows   What a snapshot of all processes tells; the calls that take it are in snapshot_win32.c.
 * Run     ListProcess [--tree] [--json] [FILTER]
 * With    snapshot_win32.c, process_tree.c, process_list.c
 * POSIX   list_process: this file with snapshot_posix.c
 */
#include "shared/process_table.h"

int _tmain(int argc, TCHAR *argv[])
{
    bool isTree = false, isJson = false;

    const option_spec options[] = {
        OPTION_FLAG("--tree", &isTree, "show who started whom"),
        OPTION_FLAG("--json", &isJson, "for other programs: an array of objects, one to a line"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int filters =
        parse_options(argc, argv, _T("Lists all processes, or those with FILTER as their id or in their name."),
                      _T("[FILTER]"), options);
    return list_processes(filters == 0 ? NULL : argv[1], isTree, isJson);
}
