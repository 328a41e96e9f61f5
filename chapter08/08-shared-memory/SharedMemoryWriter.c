/*
 * SharedMemoryWriter.c - puts messages into the memory that a reader has made (not in the book).
 *
 * Shows   OpenFileMapping and MapViewOfFile: what one process writes is there for the other one, without a call in
 *         between; WaitForMultipleObjects for the first of two events; a mutex whose owner dies (--hold).
 * Run     SharedMemoryWriter [--name NAME] [--size BYTES] [--timeout MS] [--hold] [MESSAGE...]
 * With    SharedMemoryReader.c, started before this one; ring.c
 * POSIX   shared_memory_writer.c
 */
#include <stdlib.h>
#include <string.h>

#include "shared/ring.h"
#include "time_limit.h"

/* The time after which to look for room again: the writer that the event has woken may have died since. */
#define LOOK_AGAIN_MS 1000

static HANDLE hReader; /* mutex that the reader owns as long as it lives */
static HANDLE hMutex;  /* its owner may use the ring */
static HANDLE hFilled; /* auto-reset event: a message has been put into the ring */
static HANDLE hRoom;   /* auto-reset event: a message has been taken out of it */
static DWORD timeout = INFINITE;

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

/* Puts one message into the ring, when there is room, or ends the program. False: it is too long; the next may fit. */
static bool put_message(message_ring *view, DWORD size, const TCHAR *text, bool holdsMutex)
{
    const HANDLE hObjects[] = {hReader, hRoom};
    char *message = utf8_from_text(text);
    size_t bytes = strlen(message);
    bool isShort = ring_takes(size, bytes);
    ring_state state = isShort ? RING_FULL : RING_DONE;

    begin_time_limit(timeout);
    for (DWORD waitMs = 0; state == RING_FULL; waitMs = min(time_left(), LOOK_AGAIN_MS)) {
        /* Writing into memory succeeds without a reader, too. It has ended when its mutex can be had. */
        DWORD result = WaitForMultipleObjects(2, hObjects, FALSE, waitMs);
        if (result == WAIT_FAILED)
            die_error(_T("WaitForMultipleObjects"));
        if (result == WAIT_OBJECT_0 || result == WAIT_ABANDONED_0)
            die_without_reader();

        lock_ring();
        state = ring_put(view, size, message, (uint32_t)bytes);
        if (state == RING_DONE) {
            /* Before the commit: the reader wakes up and waits for the mutex. So it learns when we die here. */
            if (!SetEvent(hFilled))
                die_error(_T("SetEvent"));
            if (holdsMutex)
                hold_ring();
            ring_commit(view, (uint32_t)size, (uint32_t)bytes);
        }
        if (!ReleaseMutex(hMutex))
            die_error(_T("ReleaseMutex"));
        if (state == RING_FULL && time_left() == 0)
            die_time_over(_T("room: the ring is full, and its reader takes no message"));
    }
    free(message);
    return isShort;
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("ring"), *text;
    DWORD size = 4096;
    bool holdsMutex = false;
    TCHAR sectionName[RING_NAME_CHARS], objectName[RING_NAME_CHARS];
    MEMORY_BASIC_INFORMATION memory;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "write into the section Local\\NAME (ring)"),
        OPTION_NUMBER("--size", "BYTES", &size, RING_MIN_SIZE, RING_MAX_SIZE, "the --size of the reader (4096)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 1, INFINITE - 1, "take MS at most for a message (no limit)"),
        OPTION_FLAG("--hold", &holdsMutex, "stay in the critical section until Enter is pressed"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int messages = parse_options(argc, argv, _T("Writes each MESSAGE into shared memory; without one, what is typed."),
                                 _T("[MESSAGE...]"), options);
    ring_object(sectionName, name, _T(""));
    if (holdsMutex && messages == 0)
        die_usage(_T("--hold: expected a MESSAGE"));

    HANDLE hMapping = OpenFileMapping(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, sectionName);
    if (hMapping == NULL) {
        report_error(_T("OpenFileMapping(%s)"), sectionName);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: start SharedMemoryReader first, with the same --name and in the same session: ")
                   _T("a service has another one, and Local\\ names end at its border"));
        return STATUS_FAILED;
    }
    message_ring *view = MapViewOfFile(hMapping, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    if (view == NULL || VirtualQuery(view, &memory, sizeof(memory)) == 0)
        die_error(_T("MapViewOfFile(%s)"), sectionName);

    /* The reader has made these before the section. Each is opened for what it is used for. */
    hReader = OpenMutex(SYNCHRONIZE, FALSE, ring_object(objectName, name, _T(".reader")));
    if (hReader == NULL)
        die_error(_T("OpenMutex(%s)"), objectName);
    hMutex = OpenMutex(SYNCHRONIZE | MUTEX_MODIFY_STATE, FALSE, ring_object(objectName, name, _T(".mutex")));
    if (hMutex == NULL)
        die_error(_T("OpenMutex(%s)"), objectName);
    hFilled = OpenEvent(EVENT_MODIFY_STATE, FALSE, ring_object(objectName, name, _T(".filled")));
    if (hFilled == NULL)
        die_error(_T("OpenEvent(%s)"), objectName);
    hRoom = OpenEvent(SYNCHRONIZE, FALSE, ring_object(objectName, name, _T(".room")));
    if (hRoom == NULL)
        die_error(_T("OpenEvent(%s)"), objectName);

    begin_time_limit(timeout);
    lock_ring();
    bool isRing = ring_check(view, memory.RegionSize, size, sectionName);
    if (!ReleaseMutex(hMutex))
        die_error(_T("ReleaseMutex"));
    if (!isRing)
        return STATUS_FAILED;

    bool isSent = true;
    while ((text = next_message(messages, argv)) != NULL)
        isSent = put_message(view, size, text, holdsMutex) && isSent;

    UnmapViewOfFile(view);
    CloseHandle(hMapping);
    return isSent ? 0 : STATUS_FAILED;
}
