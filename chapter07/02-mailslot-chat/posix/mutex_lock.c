/*
 * mutex_lock.c - the lock of peer.c on POSIX, and the wait for a change.
 *
 * Shows   pthread_cond_timedwait: gives up the mutex and waits in one step, so that no change is missed in between.
 * With    peer.c, mail_chat.c
 */
#include <pthread.h>

#include "../shared/peer.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t change = PTHREAD_COND_INITIALIZER;

void lock_peer(void)
{
    pthread_mutex_lock(&mutex);
}

void unlock_peer(void)
{
    pthread_mutex_unlock(&mutex);
}

void tell_change(void)
{
    pthread_cond_broadcast(&change);
}

bool wait_for_change(unsigned long timeout_ms)
{
    const struct timespec end = deadline_after(timeout_ms);

    return pthread_cond_timedwait(&change, &mutex, &end) == 0;
}
