/* ipc_posix.c - the POSIX side of the benchmark: the child process, the clock, and the list of the mechanisms. */
#include <sched.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ipc_posix.h"

static pid_t child;

void check(bool is_success, const char *call)
{
    if (!is_success)
        die_error("%s", call);
}

/* A fork is enough: the child is the same program, and has all that the parent has opened. */
bool start_child(const mechanism *chosen, const char *address, const char *size)
{
    (void)chosen, (void)address, (void)size;
    child = fork();
    check(child >= 0, "fork");
    return child == 0;
}

void pin_process(unsigned long core)
{
    cpu_set_t cores;

    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    check(sched_setaffinity(0, sizeof(cores), &cores) == 0, "sched_setaffinity");
}

void join_child(void)
{
    check(waitpid(child, NULL, 0) == child, "waitpid");
}

double now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

void make_address(char address[ADDRESS_CHARS], const char *prefix)
{
    format_text(address, ADDRESS_CHARS, "%scompanion-bench-%ld-%.0f", prefix, (long)getpid(), now_us());
}

const mechanism mechanisms[] = {
    {"message-queue", create_queue, open_queue, send_queue, receive_queue, remove_queue},
    {"pipe", create_pipes, open_pipes, send_fd, receive_fd, NULL},
    {"fifo", create_fifos, open_fifos, send_fd, receive_fd, remove_fifos},
    {"unix-socket", create_unix_sockets, open_unix_sockets, send_fd, receive_fd, NULL},
    {"shared-memory", create_shared_memory, open_memory, send_memory, receive_memory, remove_shared_memory},
    {"memory-map", create_memory_map, open_memory, send_memory, receive_memory, remove_memory_map},
    {"socket", create_tcp, open_tcp, send_fd, receive_fd, NULL},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
