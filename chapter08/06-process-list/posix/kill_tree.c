/*
 * kill_tree.c - ends the processes that are meant and no others, with all that they started if asked.
 *
 * Shows   A pidfd stays with its process: open it first, then compare the start time and the name in /proc with those
 *         that were read before, then send the signal.
 * Run     kill_tree [--all] [--tree] [--dry-run] [--force] [--grace MS] PID|NAME...
 * With    proc_read.c, proc_stat.c, stopped.c, process_table.c, process_choice.c, process_names.c; waiting_process.c,
 *         which may be ended
 * Win32   KillTree.c
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "proc_read.h"
#include "stopped.h"

#define GONE_WITHIN_MS    10000
#define STOPPED_WITHIN_MS 1000

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

/* Whether it is there and has not become another one; what is known of it now. */
static bool is_the_one(const process_entry *process, process_entry *now)
{
    char id[24];

    format_text(id, sizeof(id), "%lu", process->id);
    return read_process(id, now) && now->start_time == process->start_time && is_same_name(now->name, process->name);
}

static bool is_gone_within(int pidfd, unsigned long ms)
{
    struct pollfd end = {.fd = pidfd, .events = POLLIN};
    int count;

    /* A signal that arrives meanwhile starts the time anew, which does no harm. */
    do
        count = poll(&end, 1, (int)ms);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        report_error("poll");
    return count > 0;
}

/* A process that is stopped starts no other one, and none of its children loses its parent's id. */
static void stop_process(const process_entry *process)
{
    process_entry now;
    int pidfd = pidfd_open((pid_t)process->id, 0);

    if (pidfd < 0)
        return; /* it has ended; end_process will say so */
    if (is_the_one(process, &now)) {
        note_stopped((pid_t)process->id);
        if (pidfd_send_signal(pidfd, SIGSTOP, NULL, 0) < 0 && errno != ESRCH)
            report_error("pidfd_send_signal(SIGSTOP, %s, process %lu)", process->name, process->id);
        /* Until the signal has reached it, it may be in the middle of fork. */
        for (int ms = 0; ms < STOPPED_WITHIN_MS && is_the_one(process, &now) && !now.is_stopped; ms++)
            poll(NULL, 0, 1);
    }
    close(pidfd);
}

static bool terminate(int pidfd, const process_entry *process, unsigned long grace_ms)
{
    if (pidfd_send_signal(pidfd, SIGTERM, NULL, 0) < 0 && errno != ESRCH) {
        report_error("pidfd_send_signal(SIGTERM, %s, process %lu)", process->name, process->id);
        return false;
    }
    pidfd_send_signal(pidfd, SIGCONT, NULL, 0); /* only who runs can act on SIGTERM */
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

/* Ends one process, waits until it is gone and says so. False when it is not gone, which has been reported. */
static bool end_process(const process_entry *process, const kill_options *options)
{
    bool has_ended = false;
    process_entry now;

    int pidfd = pidfd_open((pid_t)process->id, 0);
    if (pidfd < 0 && errno == ESRCH) {
        print("ended: %s (process %lu)\n", shown_name(process), process->id); /* by itself */
        return true;
    }
    if (pidfd < 0) {
        report_error("pidfd_open(%s, process %lu)", process->name, process->id);
        return false;
    }

    /* Compared after the pidfd was opened: if it is the right process now, it was the right one then. */
    if (!is_the_one(process, &now)) {
        has_ended = options->ends_tree; /* it is gone, as it should be; only who names one id wants to know */
        if (has_ended)
            print("ended: %s (process %lu)\n", shown_name(process), process->id);
        else
            report("%s (process %lu) has ended by itself", process->name, process->id);
    } else if (options->is_dry_run) {
        /* Signal 0 does nothing, but is refused as a real one would be. */
        has_ended = pidfd_send_signal(pidfd, 0, NULL, 0) == 0;
        if (has_ended)
            print("would end: %s (process %lu)\n", shown_name(process), process->id);
        else
            report_error("pidfd_send_signal(%s, process %lu)", process->name, process->id);
    } else if (terminate(pidfd, process, options->grace_ms)) {
        print("ended: %s (process %lu)\n", shown_name(process), process->id);
        has_ended = true;
    }
    if (has_ended)
        note_ended((pid_t)process->id);
    close(pidfd);
    return has_ended;
}

int main(int argc, char *argv[])
{
    kill_options kill = {false, false, false, false, 2000};

    const option_spec options[] = {
        OPTION_FLAG("--all", &kill.ends_all, "end all processes of a name, where there are several"),
        OPTION_FLAG("--tree", &kill.ends_tree, "end what they have started, too"),
        OPTION_FLAG("--dry-run", &kill.is_dry_run, "only say what would be ended"),
        OPTION_FLAG("--force", &kill.is_forced, "even this program, its parents, and the system's processes"),
        OPTION_NUMBER("--grace", "MS", &kill.grace_ms, 0, 3600000, "send SIGKILL when SIGTERM did not do (2000)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int count = parse_options(argc, argv,
                              "Ends processes and waits until they are gone. Exit status: 0 all have ended, "
                              "1 none, 3 some; 2 wrong usage.",
                              "PID|NAME...", options);

    run_at_end(continue_stopped);
    const kill_calls calls = {(unsigned long)getpid(), read_processes, stop_process, end_process};
    return end_targets(count, argv + 1, &kill, &calls);
}
