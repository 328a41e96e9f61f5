/*
 * wait_for_process.c - waits for a process, with waitpid and with poll on a pidfd.
 *
 * Shows   pidfd_open: the nearest thing to a process handle; poll: the nearest thing to WaitForMultipleObjects.
 * Run     wait_for_process [--work MS]
 * Win32   WaitForObject.c
 */
#include <errno.h>
#include <poll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "companion.h"
#include "time_limit.h"

/* The child: waits until the parent closes the other end of the pipe, works, and ends. */
static _Noreturn void work(int start_fd, unsigned long work_ms)
{
    struct timespec left = {.tv_sec = (time_t)(work_ms / 1000), .tv_nsec = (long)(work_ms % 1000 * 1000000)};
    char unused;

    (void)!read(start_fd, &unused, 1);
    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        ;
    _exit(0);
}

/* Waits timeout_ms at most, without a limit for -1, as WaitForSingleObject does. True when the process has ended. */
static bool has_ended(int pidfd, int timeout_ms)
{
    struct pollfd process = {.fd = pidfd, .events = POLLIN};
    int ready;

    while ((ready = poll(&process, 1, timeout_ms)) < 0) {
        if (errno != EINTR)
            die_error("poll");
    }
    return ready > 0;
}

static void show_state(int pidfd)
{
    print("poll(pidfd, 0): %s\n", has_ended(pidfd, 0) ? "1, it has ended" : "0, it runs");
}

int main(int argc, char *argv[])
{
    unsigned long work_ms = 300;
    int start_fds[2];

    const option_spec options[] = {
        OPTION_NUMBER("--work", "MS", &work_ms, 0, 86400000, "how long the child works (300)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Waits for a child that works for a while.", NULL, options);

    if (pipe(start_fds) < 0)
        die_error("pipe");
    pid_t pid = fork();
    if (pid < 0)
        die_error("fork");
    if (pid == 0) {
        close(start_fds[1]);
        work(start_fds[0], work_ms);
    }
    close(start_fds[0]);

    int pidfd = pidfd_open(pid, 0);
    if (pidfd < 0)
        die_error("pidfd_open");
    print("the child is there\n");
    show_state(pidfd);
    print("waitpid(pid, WNOHANG): %d, it runs\n", (int)waitpid(pid, NULL, WNOHANG));

    print("the child works for %lu ms\n", work_ms);
    long long begin = now_ms();
    close(start_fds[1]);
    has_ended(pidfd, -1);
    print("poll(pidfd, -1): 1 after %lld ms\n", now_ms() - begin);
    show_state(pidfd);

    /* The first waitpid takes the status and removes the kernel's entry of the process, so the second one fails. */
    int status;
    if (waitpid(pid, &status, 0) != pid)
        die_error("waitpid");
    print("waitpid(pid): exit status %d\n", WEXITSTATUS(status));
    if (waitpid(pid, &status, 0) < 0)
        report_error("waitpid");
    show_state(pidfd);
    close(pidfd);
    return 0;
}
