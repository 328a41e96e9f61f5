/*
 * end_posix.c - ends one process, the right one, and sees it gone.
 *
 * Shows   pidfd_open, a handle for a process on Linux; pidfd_send_signal: SIGTERM asks, SIGKILL does not; poll on the
 *         pidfd sees the end.
 * With    KillProcess.c
 * Win32   end_win32.c
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "../shared/process_table.h"

#define GONE_WITHIN_MS 10000

/* Whether the process of the table still is what its id stands for. */
static bool is_the_one(const process_entry *process)
{
    process_table now;
    bool is_same = false;

    if (!take_process_table(&now))
        return false;
    for (size_t i = 0; i < now.count; i++) {
        const process_entry *found = &now.entries[i];
        if (found->id == process->id)
            is_same = found->start_time == process->start_time && is_same_name(found->name, process->name);
    }
    free(now.entries);
    return is_same;
}

static bool is_gone_within(int pidfd, unsigned long ms)
{
    struct pollfd end = {.fd = pidfd, .events = POLLIN};
    int count;

    /* A signal in the middle starts the time anew; that does no harm. */
    do
        count = poll(&end, 1, (int)ms);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        report_error("poll");
    return count > 0;
}

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

bool end_process(const process_entry *process, const kill_options *options)
{
    bool is_ended = false;

    int pidfd = pidfd_open((pid_t)process->id, 0);
    if (pidfd < 0) {
        report_error("pidfd_open(%s, process %lu)", process->name, process->id);
        return false;
    }

    /* Looked at after the opening: if it is the one now, it was the one that was opened. */
    if (!is_the_one(process)) {
        report("%s (process %lu) has ended by itself", process->name, process->id);
    } else if (options->dry_run) {
        /* Signal 0 is none, but is refused as one would be. */
        is_ended = pidfd_send_signal(pidfd, 0, NULL, 0) == 0;
        if (is_ended)
            print("would end: %s (process %lu)\n", shown_name(process), process->id);
        else
            report_error("pidfd_send_signal(%s, process %lu)", process->name, process->id);
    } else if (terminate(pidfd, process, options->grace_ms)) {
        print("ended: %s (process %lu)\n", shown_name(process), process->id);
        is_ended = true;
    }
    close(pidfd);
    return is_ended;
}
