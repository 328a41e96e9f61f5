/* end.c - what a program leaves behind in the system, removed when it ends. */
#include <signal.h>
#include <stdlib.h>

#include "companion.h"

static void (*clean_up)(void);

/* Only system calls are allowed in a signal handler; run_at_end asks for no more. */
static void clean_up_and_die(int signal_number)
{
    clean_up();
    /* Not exit: who waits for this process is to see that the signal ended it. */
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
        /* What is ignored from the start, as SIGHUP under nohup, stays ignored. */
        if (inherited.sa_handler != SIG_IGN && sigaction(deadly[i], &action, NULL) < 0)
            die_error("sigaction(%d)", deadly[i]);
    }
}
