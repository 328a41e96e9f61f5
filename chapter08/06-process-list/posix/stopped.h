/*
 * stopped.h - the processes that kill_tree has stopped and not ended yet.
 */
#ifndef STOPPED_H
#define STOPPED_H

#include <sys/types.h>

void note_stopped(pid_t id);
void note_ended(pid_t id);

/* Lets them go on. For run_at_end: makes system calls only. */
void continue_stopped(void);

#endif
