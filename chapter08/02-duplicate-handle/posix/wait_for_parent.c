/*
 * wait_for_parent.c - a child that waits until its parent ends.
 *
 * Shows   pidfd_open: a descriptor that means one process, even after its number has been given to another one; poll.
 * Run     wait_for_parent [--pidfd N]
 * Win32   DuplicateHandle.c, ChildProcess.c
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "companion.h"

/* The system call; the C library has a function for it only since glibc 2.36. */
static int pidfd_open(pid_t process, unsigned int flags)
{
    return (int)syscall(SYS_pidfd_open, process, flags);
}

/* The process behind a descriptor; 0 when it is no pidfd, -1 when its process has ended and been waited for. */
static long process_of(int descriptor)
{
    char path[64], line[128];
    long process = 0;

    format_text(path, sizeof(path), "/proc/self/fdinfo/%d", descriptor);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, "Pid:", 4) == 0)
            process = strtol(line + 4, NULL, 10);
    }
    fclose(file);
    return process;
}

static int wait_until_ended(int pidfd)
{
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};

    if (fcntl(pidfd, F_GETFD) < 0) {
        report_error("fcntl(%d)", pidfd);
        report("hint: this process has no such descriptor; exec has closed it, or the number is an old one");
        return STATUS_FAILED;
    }
    long process = process_of(pidfd);
    if (process == 0) {
        report("descriptor %d is no process here", pidfd);
        return STATUS_FAILED;
    }
    if (process == getpid()) {
        report("descriptor %d is this process itself", pidfd);
        return STATUS_FAILED;
    }
    if (process < 0) {
        print("the process of descriptor %d has ended already\n", pidfd);
        return 0;
    }
    print("descriptor %d is process %ld; waiting until it ends\n", pidfd, process);

    while (poll(&ended, 1, -1) < 0) {
        if (errno != EINTR)
            die_error("poll(%d)", pidfd);
    }
    print("process %ld has ended\n", process);
    return 0;
}

/* Starts this program again as a child, which inherits the descriptor. */
static void start_child(int pidfd)
{
    char number[16];
    char *program = partner_path("wait_for_parent");

    format_text(number, sizeof(number), "%d", pidfd);
    pid_t child = fork();
    if (child < 0)
        die_error("fork");
    if (child == 0) {
        execl(program, "wait_for_parent", "--pidfd", number, (char *)NULL);
        report_error("execl(%s)", program);
        _exit(STATUS_FAILED);
    }
    free(program);
}

int main(int argc, char *argv[])
{
    unsigned long pidfd_number = ULONG_MAX;

    const option_spec options[] = {
        OPTION_NUMBER("--pidfd", "N", &pidfd_number, 0, INT_MAX, "be the child: wait for the process of descriptor N"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Starts a child that waits until this program ends: at Enter.", NULL, options);
    if (pidfd_number != ULONG_MAX)
        return wait_until_ended((int)pidfd_number);

    /*
     * The parent opens it, not the child: getppid() could come too late, when the parent has ended and its number is
     * free or means another process. A pidfd has FD_CLOEXEC from the start; the child is to inherit it.
     */
    int pidfd = pidfd_open(getpid(), 0);
    if (pidfd < 0)
        die_error("pidfd_open(%d)", (int)getpid());
    if (fcntl(pidfd, F_SETFD, 0) < 0)
        die_error("fcntl(F_SETFD)");
    print("process %d has descriptor %d for itself\n", (int)getpid(), pidfd);
    start_child(pidfd);

    prompt("Press Enter to end this process, for which the child waits. ");
    read_line();
    return 0;
}
