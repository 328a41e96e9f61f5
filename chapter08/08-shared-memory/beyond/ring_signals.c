/*
 * ring_signals.c - what both programs do with the ring's mutex and events.
 *
 * Shows   CreateMutex and CreateEvent on a name, which make the object or open it; WAIT_ABANDONED; VirtualQuery
 *         for the size of a view.
 * With    SharedMemoryReader.c, SharedMemoryWriter.c
 */
#include "ring_signals.h"

void section_name(TCHAR sectionName[MAX_PATH], const TCHAR *name)
{
    /* A backslash would name another folder of kernel objects; the longest suffix below has 7 characters. */
    if (name[0] == _T('\0') || _tcschr(name, _T('\\')) != NULL ||
        !format_text(sectionName, MAX_PATH - 7, _T("Local\\%s"), name))
        die_usage(_T("--name: expected 1 to %d characters without a backslash"), MAX_PATH - 7 - 7);
}

static HANDLE open_mutex(const TCHAR *sectionName, const TCHAR *suffix)
{
    TCHAR mutexName[MAX_PATH];
    format_text(mutexName, MAX_PATH, _T("%s%s"), sectionName, suffix);

    HANDLE hMutex = CreateMutex(NULL, FALSE, mutexName);
    if (hMutex == NULL)
        die_error(_T("CreateMutex(%s)"), mutexName);
    return hMutex;
}

static HANDLE open_event(const TCHAR *sectionName, const TCHAR *suffix)
{
    TCHAR eventName[MAX_PATH];
    format_text(eventName, MAX_PATH, _T("%s%s"), sectionName, suffix);

    HANDLE hEvent = CreateEvent(NULL, FALSE, FALSE, eventName);
    if (hEvent == NULL)
        die_error(_T("CreateEvent(%s)"), eventName);
    return hEvent;
}

ring_signals open_signals(const TCHAR *sectionName)
{
    ring_signals signals;

    /* All kernel objects share one space of names, hence the suffixes. */
    signals.hMutex = open_mutex(sectionName, _T(".mutex"));
    signals.hReader = open_mutex(sectionName, _T(".reader"));
    signals.hFilled = open_event(sectionName, _T(".filled"));
    signals.hRoom = open_event(sectionName, _T(".room"));
    return signals;
}

void lock_ring(const ring_signals *signals)
{
    switch (WaitForSingleObject(signals->hMutex, INFINITE)) {
    case WAIT_OBJECT_0:
        break;
    case WAIT_ABANDONED:
        /* The mutex is ours all the same, and what it protects may be half done: here, a message not committed. */
        report(_T("a process died in its critical section (WAIT_ABANDONED); what it was writing is dropped"));
        break;
    default:
        die_error(_T("WaitForSingleObject(mutex)"));
    }
}

void unlock_ring(const ring_signals *signals)
{
    if (!ReleaseMutex(signals->hMutex))
        die_error(_T("ReleaseMutex"));
}

bool check_ring(const message_ring *view, DWORD size, const TCHAR *sectionName)
{
    MEMORY_BASIC_INFORMATION memory;

    /* The section itself tells its size only so; what is written in it may be a lie. */
    if (VirtualQuery(view, &memory, sizeof(memory)) == 0)
        die_error(_T("VirtualQuery"));
    if (memory.RegionSize < sizeof(*view) || !ring_is_known(view)) {
        report(_T("%s holds no ring of messages; choose another --name"), sectionName);
        return false;
    }
    if (view->size != size || memory.RegionSize < sizeof(*view) + size) {
        report(_T("%s holds a ring of %lu bytes, and we expect %lu"), sectionName, (DWORD)view->size, size);
        report(_T("hint: start both programs with the same --size"));
        return false;
    }
    return true;
}
