/*
 * message_queue_owner.c - sees to it that a queue has one receiver, and goes when that one goes.
 *
 * Shows   A semaphore with SEM_UNDO as a sign of life; cleaning up, however the process ends.
 * With    message_queue_receiver.c
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/sem.h>

#include "companion.h"
#include "message_queue.h"

/* No id yet; the system refuses it, and that is fine. */
static int owned_msqid = -1, owned_semid = -1;

/* The queue goes first: until the semaphore goes too, nobody else takes the key. */
static void clean_up(void)
{
    msgctl(owned_msqid, IPC_RMID, NULL);
    semctl(owned_semid, 0, IPC_RMID);
}

/*
 * A queue does not tell whether its receiver still lives, and the id of a dead process may belong to a new
 * one. So a semaphore of the same key counts the living receivers: none or one. SEM_UNDO has the system
 * count down again when the process ends, however it does.
 */
void claim_key(key_t key)
{
    /* Both or none, in one step: wait for zero (by IPC_NOWAIT: or fail), add one. */
    struct sembuf claim[] = {{.sem_op = 0, .sem_flg = IPC_NOWAIT}, {.sem_op = 1, .sem_flg = SEM_UNDO}};

    for (;;) {
        int semid = semget(key, 1, IPC_CREAT | 0600);
        if (semid < 0)
            die_error("semget(0x%08x)", (unsigned)key);

        if (semop(semid, claim, 2) == 0) {
            owned_semid = semid;
            run_at_end(clean_up);
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
        /* Otherwise its owner has just ended and removed it: try again with a new one. */
        if (errno != EIDRM && errno != EINVAL)
            die_error("semop(%d)", semid);
    }
}

int take_over_queue(key_t key)
{
    struct msqid_ds status;
    int msqid = msgget(key, 0);

    if (msqid < 0 || msgctl(msqid, IPC_STAT, &status) < 0)
        die_error("msgget(0x%08x)", (unsigned)key);
    report("a killed receiver has left its message queue (key 0x%08x, id %d, messages: %lu): taking it over",
           (unsigned)key, msqid, (unsigned long)status.msg_qnum);
    report("hint: by hand it would go with: ipcrm -Q 0x%08x -S 0x%08x", (unsigned)key, (unsigned)key);
    return msqid;
}

void remove_at_end(int msqid)
{
    owned_msqid = msqid;
}
