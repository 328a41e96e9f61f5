/*
 * stopped.c - the processes that kill_tree has stopped and not ended yet.
 *
 * Shows   Who stops a process owes it a SIGCONT, also after Ctrl+C: nobody else knows of it.
 * With    kill_tree.c
 */
#include "stopped.h"

#include <signal.h>
#include <stdlib.h>

#include "companion.h"

/* A signal may come at any moment: at each of them the first `count` ids are there. */
static pid_t *volatile stopped;
static volatile size_t count;
static size_t room;

void note_stopped(pid_t id)
{
    if (count == room) {
        pid_t *old = stopped, *more = malloc((room * 2 + 64) * sizeof(*more));
        if (more == NULL)
            die_error("malloc");
        for (size_t i = 0; i < count; i++)
            more[i] = old[i];
        room = room * 2 + 64;
        stopped = more;
        free(old);
    }
    stopped[count] = id;
    count++;
}

void note_ended(pid_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (stopped[i] == id)
            stopped[i] = 0;
    }
}

void continue_stopped(void)
{
    for (size_t i = 0; i < count; i++) {
        if (stopped[i] != 0)
            kill(stopped[i], SIGCONT);
    }
}
