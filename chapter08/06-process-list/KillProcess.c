/*
 * KillProcess.c - ends processes by id or by name (book 8-10).
 *
 * Shows   How to end the process that is meant and no other; the calls that end it are in end_win32.c.
 * Run     KillProcess [--all] [--tree] [--dry-run] [--force] PID|NAME...
 * With    end_win32.c, process_kill.c; WaitingProcess.c, which may be ended without regret
 * POSIX   kill_process: this file with end_posix.c
 */
#include "shared/process_table.h"

int _tmain(int argc, TCHAR *argv[])
{
    kill_options kill = {false, false, false, false, 2000};

    const option_spec options[] = {
        OPTION_FLAG("--all", &kill.all, "end all processes of a name, where there are several"),
        OPTION_FLAG("--tree", &kill.tree, "end what they have started, too"),
        OPTION_FLAG("--dry-run", &kill.dry_run, "only say what would be ended"),
        OPTION_FLAG("--force", &kill.force, "even this program, its parents, and the system's processes"),
#ifndef _WIN32
        OPTION_NUMBER("--grace", "MS", &kill.grace_ms, 0, 3600000, "send SIGKILL when SIGTERM did not do (2000)"),
#endif
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int targets = parse_options(argc, argv,
                                _T("Ends processes and waits until they are gone. Exit status: 0 all have ended, ")
                                _T("1 none, 3 some; 2 wrong usage."),
                                _T("PID|NAME..."), options);
    return kill_processes(targets, argv + 1, &kill);
}
