/* end.c - removes at the end of a program what it would leave behind in the system. */
#include <signal.h>
#include <stdlib.h>

#include "companion.h"

static void (*clean_up)(void);

/* Only async-signal-safe functions are allowed in a signal handler; clean_up makes system calls only. */
static void clean_up_and_die(int signal_number)
{
    clean_up();
    /* Not exit: a process that waits for this one shall see that the signal ended it. */
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

void run_at_end(void (*function)(void))
{
    static const int deadly[] = {SIGHUP, SIGINT, SIGTERM};
    const struct sigaction action = {.sa_handler = clean_up_and_die};
    struct sigaction inherited;

    clean_up = function;
    if (atexit(function) != 0)
        die_error("atexit");
    for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
        if (sigaction(deadly[i], NULL, &inherited) < 0)
            die_error("sigaction(%d)", deadly[i]);
        /* A signal that is ignored from the start, as SIGHUP is under nohup, stays ignored. */
        if (inherited.sa_handler != SIG_IGN && sigaction(deadly[i], &action, NULL) < 0)
            die_error("sigaction(%d)", deadly[i]);
    }
}
