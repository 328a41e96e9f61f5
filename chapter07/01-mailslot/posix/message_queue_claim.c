/*
 * message_queue_claim.c - makes sure that a message queue has one receiver at a time.
 *
 * Shows   A semaphore with SEM_UNDO: the system takes back what a process did to it when that process ends.
 * With    message_queue_receiver.c, message_queue_sender.c
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/sem.h>

#include "companion.h"
#include "message_queue.h"

static int claimed_semid = -1; /* no semaphore: semctl refuses this id */

/* The fourth argument of semctl, which each program has to declare. */
union semun {
    int val;
    struct semid_ds *buf;
};

_Noreturn void die_no_more(const char *call, key_t key)
{
    report_error("%s(0x%08x)", call, (unsigned)key);
    if (errno == ENOSPC)
        report("hint: \"ipcs -l\" shows how many the system takes, \"ipcs -q -s\" those that are left over; ipcrm "
               "removes");
    exit(STATUS_FAILED);
}

static _Noreturn void die_not_ours(const char *what, key_t key, unsigned long user)
{
    report("%s of key 0x%08x belongs to another user (%lu), or to another program", what, (unsigned)key, user);
    report("hint: choose another --name");
    exit(STATUS_FAILED);
}

void require_own_queue(key_t key, const struct msqid_ds *status)
{
    if (status->msg_perm.uid != geteuid() || status->msg_perm.cuid != geteuid())
        die_not_ours("the message queue", key, status->msg_perm.uid);
}

/* Opens the semaphore or makes it. False when it has been removed meanwhile. */
static bool open_claim(key_t key, int *semid, bool *is_left)
{
    struct semid_ds status;
    union semun argument = {.buf = &status};

    *semid = semget(key, 1, IPC_CREAT | IPC_EXCL | 0600);
    *is_left = *semid < 0;
    if (*semid < 0 && errno == EEXIST && (*semid = semget(key, 0, 0)) < 0 && errno == ENOENT)
        return false;
    if (*semid < 0)
        die_no_more("semget", key);
    if (*is_left && semctl(*semid, 0, IPC_STAT, argument) < 0) {
        if (errno == EIDRM || errno == EINVAL)
            return false;
        die_error("semctl(0x%08x)", (unsigned)key);
    }
    if (*is_left && (status.sem_perm.uid != geteuid() || status.sem_nsems != 1))
        die_not_ours("the semaphore", key, status.sem_perm.uid);
    return true;
}

/*
 * A queue does not tell whether its receiver is alive, and the process id of a dead one may be used again. So a
 * semaphore of the same key counts the living receivers, 0 or 1. With SEM_UNDO the system takes the 1 back when the
 * process ends, also by kill -9.
 */
bool claim_key(key_t key)
{
    /* In one step: fail (IPC_NOWAIT) unless it is zero, then add one. */
    struct sembuf claim[] = {{.sem_op = 0, .sem_flg = IPC_NOWAIT}, {.sem_op = 1, .sem_flg = SEM_UNDO}};
    bool is_left;
    int semid;

    for (;;) {
        if (!open_claim(key, &semid, &is_left))
            continue;
        if (semop(semid, claim, 2) == 0) {
            claimed_semid = semid;
            return is_left;
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

bool has_receiver(key_t key)
{
    int semid = semget(key, 0, 0);

    return semid >= 0 && semctl(semid, 0, GETVAL) > 0;
}
