/*
 * message_queue_claim.c - makes sure that a message queue has one receiver at a time.
 *
 * Shows   A semaphore with SEM_UNDO: the system takes back what a process did to it when that process ends.
 * With    message_queue_receiver.c
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/sem.h>

#include "companion.h"
#include "message_queue.h"

static int claimed_semid = -1; /* no semaphore: semctl refuses this id */

/*
 * A queue does not tell whether its receiver is alive, and the process id of a dead one may be used again. So a
 * semaphore of the same key counts the living receivers, 0 or 1. With SEM_UNDO the system takes the 1 back when the
 * process ends, also by kill -9.
 */
void claim_key(key_t key)
{
    /* In one step: fail (IPC_NOWAIT) unless it is zero, then add one. */
    struct sembuf claim[] = {{.sem_op = 0, .sem_flg = IPC_NOWAIT}, {.sem_op = 1, .sem_flg = SEM_UNDO}};

    for (;;) {
        int semid = semget(key, 1, IPC_CREAT | 0600);
        if (semid < 0)
            die_error("semget(0x%08x)", (unsigned)key);

        if (semop(semid, claim, 2) == 0) {
            claimed_semid = semid;
            return;
        }
        if (errno == EAGAIN) {
            int owner = semctl(semid, 0, GETPID);
            if (owner >= 0) {
                report("the message queue of key 0x%08x has a receiver: process %d", (unsigned)key, owner);
                report("hint: end that one, or choose another --name");
                exit(STATUS_FAILED);
            }
        }
        /* EIDRM, EINVAL: its owner has ended and removed it since semget. Try again with a new one. */
        if (errno != EIDRM && errno != EINVAL)
            die_error("semop(%d)", semid);
    }
}

void release_key(void)
{
    semctl(claimed_semid, 0, IPC_RMID);
}
