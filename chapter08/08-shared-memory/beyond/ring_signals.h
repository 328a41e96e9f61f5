/*
 * ring_signals.h - the kernel objects beside the section, which both programs open by name.
 */
#ifndef RING_SIGNALS_H
#define RING_SIGNALS_H

#include "companion.h"
#include "../shared/ring.h"

typedef struct ring_signals {
    HANDLE hMutex;  /* who has it may touch the ring */
    HANDLE hFilled; /* auto-reset event: there is a message */
    HANDLE hRoom;   /* auto-reset event: there is room again */
    HANDLE hReader; /* mutex that the reader has as long as it lives */
} ring_signals;

/* Local\NAME, the section of this session. Ends the program when there cannot be such a name. */
void section_name(TCHAR sectionName[MAX_PATH], const TCHAR *name);

/* Makes the four objects, or opens them where they are there already. */
ring_signals open_signals(const TCHAR *sectionName);

/* Waits for the ring. Says so when it gets it because the process that had it has died. */
void lock_ring(const ring_signals *signals);
void unlock_ring(const ring_signals *signals);

/* Where the section was not made by us: whether it holds a ring of `size` bytes, wholly mapped. Says why not. */
bool check_ring(const message_ring *view, DWORD size, const TCHAR *sectionName);

#endif
