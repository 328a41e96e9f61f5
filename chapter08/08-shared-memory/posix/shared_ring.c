/*
 * shared_ring.c - what both POSIX programs check and print (not in the book).
 *
 * Shows   SIGBUS: memory of an object that another process has shortened cannot be accessed, and no call can fail.
 * With    shared_memory_reader.c, shared_memory_writer.c
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "shared_ring.h"

/* Only calls that are allowed in a signal handler: write and _exit. */
static void on_sigbus(int signal_number)
{
    static const char message[] = ": SIGBUS: another program has made the shared memory shorter\n";
    const char *name = program_name();

    (void)signal_number;
    if (write(STDERR_FILENO, name, strlen(name)) < 0 || write(STDERR_FILENO, message, sizeof(message) - 1) < 0)
        _exit(STATUS_FAILED);
    _exit(STATUS_FAILED);
}

void end_at_sigbus(void)
{
    const struct sigaction action = {.sa_handler = on_sigbus};

    if (sigaction(SIGBUS, &action, NULL) < 0)
        die_error("sigaction(SIGBUS)");
}

struct timespec deadline_after(unsigned long ms)
{
    struct timespec deadline;

    if (clock_gettime(CLOCK_REALTIME, &deadline) < 0)
        die_error("clock_gettime");
    deadline.tv_sec += (time_t)(ms / 1000);
    deadline.tv_nsec += (long)(ms % 1000) * 1000000;
    if (deadline.tv_nsec >= 1000000000) {
        deadline.tv_sec++;
        deadline.tv_nsec -= 1000000000;
    }
    return deadline;
}

bool print_message(char *message, uint32_t bytes)
{
    /* A NUL in the message would hide what follows it. */
    for (uint32_t i = 0; i < bytes; i++) {
        if (message[i] == '\0')
            message[i] = '?';
    }
    message[bytes] = '\0';
    bool is_exit = strcmp(message, "exit") == 0;
    print("received: %s\n", printable(message));
    return is_exit;
}
