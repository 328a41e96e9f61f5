/*
 * srw_lock.c - the lock of peer.c on Win32, and the wait for a change.
 *
 * Shows   SleepConditionVariableSRW: gives up the lock and waits in one step, so that no change is missed in between.
 * With    peer.c, MailChat.c
 */
#include "../shared/peer.h"

static SRWLOCK lock = SRWLOCK_INIT;
static CONDITION_VARIABLE change = CONDITION_VARIABLE_INIT;

void lock_peer(void)
{
    AcquireSRWLockExclusive(&lock);
}

void unlock_peer(void)
{
    ReleaseSRWLockExclusive(&lock);
}

void tell_change(void)
{
    WakeAllConditionVariable(&change);
}

bool wait_for_change(unsigned long timeout_ms)
{
    return SleepConditionVariableSRW(&change, &lock, timeout_ms, 0) != FALSE;
}
