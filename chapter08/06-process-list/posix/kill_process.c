/*
 * kill_process.c - ends a process by its name or its id.
 *
 * Shows   pidfd_open, a handle for a process on Linux; pidfd_send_signal: SIGTERM asks it to end, SIGKILL ends it;
 *         poll on the pidfd sees the end.
 * Run     kill_process [--all] [--grace MS] PID|NAME
 * With    proc_read.c, proc_stat.c, process_table.c; waiting_process.c, a process that may be ended
 * Win32   KillProcess.c
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "proc_read.h"

#define GONE_WITHIN_MS 10000

/* Whether the target is this process's id or its name. Never this program. */
static bool is_meant(const process_entry *process, const char *target)
{
    unsigned long id;

    if (process->id == (unsigned long)getpid())
        return false;
    if (parse_number(target, 0, 4294967295UL, &id))
        return process->id == id;
    return strcmp(process->name, target) == 0;
}

static void find_processes(const char *target, process_table *found)
{
    process_entry process;
    const struct dirent *folder;

    DIR *proc = opendir("/proc");
    if (proc == NULL)
        die_error("opendir(/proc)");
    /* At the end readdir gives NULL and leaves errno alone. */
    while (errno = 0, (folder = readdir(proc)) != NULL) {
        if (isdigit((unsigned char)folder->d_name[0]) && read_process(folder->d_name, &process) &&
            is_meant(&process, target))
            add_process(found, &process);
    }
    if (errno != 0)
        die_error("readdir(/proc)");
    closedir(proc);
}

static bool is_gone_within(int pidfd, unsigned long ms)
{
    struct pollfd end = {.fd = pidfd, .events = POLLIN};

    return poll(&end, 1, (int)ms) > 0;
}

/* Sends SIGTERM and, when the process has not ended within the grace period, SIGKILL. False when it is still there. */
static bool terminate(int pidfd, const process_entry *process, unsigned long grace_ms)
{
    if (pidfd_send_signal(pidfd, SIGTERM, NULL, 0) < 0 && errno != ESRCH) {
        report_error("pidfd_send_signal(SIGTERM, %s, process %lu)", process->name, process->id);
        return false;
    }
    if (is_gone_within(pidfd, grace_ms))
        return true;

    report("%s (process %lu) did not end within %lu ms of SIGTERM: sending SIGKILL", process->name, process->id,
           grace_ms);
    if (pidfd_send_signal(pidfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH) {
        report_error("pidfd_send_signal(SIGKILL, %s, process %lu)", process->name, process->id);
        return false;
    }
    if (is_gone_within(pidfd, GONE_WITHIN_MS))
        return true;
    report("%s (process %lu) is still there %d ms after SIGKILL", process->name, process->id, GONE_WITHIN_MS);
    return false;
}

/* Ends one process and waits until it is gone. False when it is not, which has been reported. */
static bool end_process(const process_entry *process, unsigned long grace_ms)
{
    int pidfd = pidfd_open((pid_t)process->id, 0);
    if (pidfd < 0) {
        report_error("pidfd_open(%s, process %lu)", process->name, process->id);
        return false;
    }

    bool has_ended = terminate(pidfd, process, grace_ms);
    if (has_ended)
        print("ended: %s (process %lu)\n", shown_name(process), process->id);
    close(pidfd);
    return has_ended;
}

int main(int argc, char *argv[])
{
    process_table found = {NULL, 0};
    bool ends_all = false;
    unsigned long grace_ms = 2000;
    size_t ended = 0;

    const option_spec options[] = {
        OPTION_FLAG("--all", &ends_all, "end all processes of the name, where there are several"),
        OPTION_NUMBER("--grace", "MS", &grace_ms, 0, 3600000, "send SIGKILL when SIGTERM did not do (2000)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Ends a process and waits until it is gone.", "PID|NAME", options);
    const char *target = argv[1];

    find_processes(target, &found);
    if (found.count == 0)
        report("there is no process '%s'", target);
    else if (found.count > 1 && !ends_all)
        report("'%s' may be any of %zu processes; give an id, or --all to end all of them:", target, found.count);

    for (size_t i = 0; i < found.count; i++) {
        if (found.count == 1 || ends_all)
            ended += end_process(&found.entries[i], grace_ms);
        else
            report("  %s (process %lu)", found.entries[i].name, found.entries[i].id);
    }
    bool is_done = found.count > 0 && ended == found.count;
    free(found.entries);
    return is_done ? 0 : STATUS_FAILED;
}
