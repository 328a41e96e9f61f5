/*
 * SharedMemoryReader.c - makes shared memory and prints the messages that others put there (not in the book).
 *
 * Shows   CreateFileMapping with INVALID_HANDLE_VALUE: memory that has a name and no file; MapViewOfFile; a mutex, so
 *         that one process at a time uses the memory; an event to wait for, since a change in memory wakes nobody.
 * Run     SharedMemoryReader [--name NAME] [--size BYTES] [--timeout MS] [--count N]
 * With    SharedMemoryWriter.c, started after this one; ring.c
 * POSIX   shared_memory_reader.c
 */
#include <stdlib.h>

#include "beyond/ring_text.h"
#include "shared/ring.h"
#include "time_limit.h"

static HANDLE hMutex;  /* its owner may use the ring */
static HANDLE hFilled; /* auto-reset event: a message has been put into the ring */
static HANDLE hRoom;   /* auto-reset event: a message has been taken out of it */

static void lock_ring(void)
{
    DWORD result = WaitForSingleObject(hMutex, ring_lock_ms());

    if (result == WAIT_FAILED)
        die_error(_T("WaitForSingleObject(mutex)"));
    if (result == WAIT_TIMEOUT)
        die_time_over(WAIT_FOR_LOCK);
    /* We own the mutex now. What it protects may be incomplete: here, a message without its commit. */
    if (result == WAIT_ABANDONED)
        report(_T("a process died in its critical section (WAIT_ABANDONED); what it was writing is dropped"));
}

/* Prints until "exit" or message number `count` (0: no limit) comes. False when they do not come in time. */
static bool print_messages(message_ring *view, DWORD size, char *message, DWORD timeout, DWORD count)
{
    DWORD printed = 0;
    uint32_t bytes;

    for (;;) {
        lock_ring();
        ring_state state = ring_take(view, size, message, &bytes);
        if (state != RING_EMPTY && !SetEvent(hRoom))
            die_error(_T("SetEvent"));
        if (!ReleaseMutex(hMutex))
            die_error(_T("ReleaseMutex"));

        if (state == RING_DONE) {
            if (print_message(message, bytes) || ++printed == count)
                return true;
            begin_time_limit(timeout);
        } else {
            DWORD result = WaitForSingleObject(hFilled, time_left());
            if (result == WAIT_FAILED)
                die_error(_T("WaitForSingleObject(event)"));
            if (result == WAIT_TIMEOUT || time_left() == 0) {
                print(_T("no message for %lu ms\n"), timeout);
                return count == 0;
            }
        }
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("ring");
    DWORD size = 4096, timeout = INFINITE, count = 0;
    TCHAR sectionName[RING_NAME_CHARS], objectName[RING_NAME_CHARS];
    MEMORY_BASIC_INFORMATION memory;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "make the section Local\\NAME (ring)"),
        OPTION_NUMBER("--size", "BYTES", &size, RING_MIN_SIZE, RING_MAX_SIZE, "with room for BYTES of messages (4096)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 0, INFINITE - 1, "end after MS without a message (wait for ever)"),
        OPTION_NUMBER("--count", "N", &count, 1, MAXDWORD, "end after N messages (no limit)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Prints the messages that arrive in shared memory, until \"exit\" does."), NULL,
                  options);
    ring_object(sectionName, name, _T(""));
    char *message = malloc(size);
    if (message == NULL)
        die_error(_T("malloc"));

    /* The reader owns this mutex until it ends, however it ends: so the others know that it runs. */
    HANDLE hReader = CreateMutex(NULL, FALSE, ring_object(objectName, name, _T(".reader")));
    if (hReader == NULL)
        die_error(_T("CreateMutex(%s)"), objectName);
    DWORD result = WaitForSingleObject(hReader, 0);
    if (result == WAIT_FAILED)
        die_error(_T("WaitForSingleObject(%s)"), objectName);
    if (result == WAIT_TIMEOUT) {
        report(_T("%s has a reader; end that one, or choose another --name"), sectionName);
        return STATUS_FAILED;
    }
    hMutex = CreateMutex(NULL, FALSE, ring_object(objectName, name, _T(".mutex")));
    if (hMutex == NULL)
        die_error(_T("CreateMutex(%s)"), objectName);
    hFilled = CreateEvent(NULL, FALSE, FALSE, ring_object(objectName, name, _T(".filled")));
    if (hFilled == NULL)
        die_error(_T("CreateEvent(%s)"), objectName);
    hRoom = CreateEvent(NULL, FALSE, FALSE, ring_object(objectName, name, _T(".room")));
    if (hRoom == NULL)
        die_error(_T("CreateEvent(%s)"), objectName);

    /* First the mutex, then the section: a writer that finds the section waits until it holds a ring. */
    begin_time_limit(timeout);
    lock_ring();
    HANDLE hMapping = CreateFileMapping(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, RING_BYTES(size), sectionName);
    if (hMapping == NULL)
        die_error(_T("CreateFileMapping(%s)"), sectionName);
    bool isNew = GetLastError() != ERROR_ALREADY_EXISTS;
    /* 0 bytes: the whole section. One that existed before has its own size, not the one above. */
    message_ring *view = MapViewOfFile(hMapping, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    if (view == NULL || VirtualQuery(view, &memory, sizeof(memory)) == 0)
        die_error(_T("MapViewOfFile(%s)"), sectionName);
    if (isNew)
        ring_clear(view, size);
    bool isRing = ring_check(view, memory.RegionSize, size, sectionName);
    if (!ReleaseMutex(hMutex))
        die_error(_T("ReleaseMutex"));
    if (!isRing)
        return STATUS_FAILED;
    print(_T("waiting for messages in %s, %lu bytes%s\n"), sectionName, size, isNew ? _T("") : _T(", found again"));

    bool isSuccess = print_messages(view, size, message, timeout, count);
    /* The section lives until the last handle and the last view of it are gone, also those of the writers. */
    UnmapViewOfFile(view);
    CloseHandle(hMapping);
    free(message);
    return isSuccess ? 0 : STATUS_FAILED;
}
