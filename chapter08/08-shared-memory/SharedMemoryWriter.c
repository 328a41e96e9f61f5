/*
 * SharedMemoryWriter.c - puts messages into the memory that a reader shares.
 *
 * Shows   OpenFileMapping and MapViewOfFile; that what one process writes, another one has, with no call in
 *         between; what becomes of a mutex whose owner dies (--hold).
 * Run     SharedMemoryWriter [--name NAME] [--size BYTES] [--hold] [MESSAGE...]
 * With    SharedMemoryReader.c, started before this one; ring.c, ring_signals.c
 * POSIX   shared_memory_writer.c
 */
#include <stdlib.h>
#include <string.h>

#include "beyond/ring_signals.h"

/* How soon to look again though nobody woke us: who was woken in our place may have been killed. */
#define LOOK_AGAIN_MS 1000

/* Waits until the reader has taken something. False when there is no reader any more. */
static bool wait_for_room(const ring_signals *signals)
{
    const HANDLE hEvents[] = {signals->hReader, signals->hRoom};
    DWORD result = WaitForMultipleObjects(2, hEvents, FALSE, LOOK_AGAIN_MS);

    if (result == WAIT_FAILED)
        die_error(_T("WaitForMultipleObjects"));
    /* The reader never lets go of its mutex: to get it means that the reader is no more. */
    return result != WAIT_OBJECT_0 && result != WAIT_ABANDONED_0;
}

/* While the mutex is held, nobody else gets at the ring; and a process may die at any moment. */
static void hold_mutex(void)
{
    print(_T("inside the critical section: kill this program, or press Enter to go on\n"));
    read_line();
}

static void send_message(message_ring *view, DWORD size, const ring_signals *signals, const TCHAR *text, bool isHeld)
{
    char *message = utf8_from_text(text);
    size_t bytes = strlen(message);
    ring_state state;

    if (bytes > ring_longest(size)) {
        report(_T("a message of %lu bytes does not fit into the ring; it takes %lu"), (DWORD)bytes,
               (DWORD)ring_longest(size));
        exit(STATUS_FAILED);
    }
    /* Memory takes whatever is written into it; whether anybody reads it is ours to find out. */
    if (WaitForSingleObject(signals->hReader, 0) != WAIT_TIMEOUT) {
        report(_T("the reader has gone; the message is not sent"));
        exit(STATUS_FAILED);
    }
    do {
        lock_ring(signals);
        state = ring_fill(view, size, message, (uint32_t)bytes);
        if (state == RING_DONE) {
            /* Before the commit: the reader wakes up, waits for the mutex, and learns if we die in between. */
            SetEvent(signals->hFilled);
            if (isHeld)
                hold_mutex();
            ring_commit(view, (uint32_t)bytes);
        } else if (state == RING_DAMAGED) {
            report(_T("the ring holds nonsense that some program has written there; it is emptied"));
            ring_clear(view, size);
        }
        unlock_ring(signals);

        if (state == RING_FULL && !wait_for_room(signals)) {
            report(_T("the reader has gone; the message is not sent"));
            exit(STATUS_FAILED);
        }
    } while (state != RING_DONE);
    free(message);
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("ring"), *line;
    DWORD size = 4096;
    bool isHeld = false;
    TCHAR sectionName[MAX_PATH];

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "write into the section Local\\NAME (ring)"),
        OPTION_NUMBER("--size", "BYTES", &size, RING_MIN_SIZE, RING_MAX_SIZE,
                      "the size that the reader gave it (4096)"),
        OPTION_FLAG("--hold", &isHeld, "stay in the critical section until Enter is pressed"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int messages = parse_options(argc, argv, _T("Writes each MESSAGE into shared memory; without one, what is typed."),
                                 _T("[MESSAGE...]"), options);
    section_name(sectionName, name);
    if (isHeld && messages == 0)
        die_usage(_T("--hold: expected a MESSAGE"));

    HANDLE hMapping = OpenFileMapping(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, sectionName);
    if (hMapping == NULL) {
        report_error(_T("OpenFileMapping(%s)"), sectionName);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: start SharedMemoryReader first, with the same --name"));
        return STATUS_FAILED;
    }
    message_ring *view = MapViewOfFile(hMapping, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    if (view == NULL)
        die_error(_T("MapViewOfFile(%s)"), sectionName);

    ring_signals signals = open_signals(sectionName);
    lock_ring(&signals);
    bool isFit = check_ring(view, size, sectionName);
    unlock_ring(&signals);
    if (!isFit)
        return STATUS_FAILED;

    for (int i = 1; i <= messages; i++)
        send_message(view, size, &signals, argv[i], isHeld);
    if (messages == 0) {
        do {
            prompt(_T("MY CMD >> "));
            line = read_line();
            if (line == NULL)
                break;
            send_message(view, size, &signals, line, false);
        } while (_tcscmp(line, _T("exit")) != 0);
    }

    UnmapViewOfFile(view);
    CloseHandle(hMapping);
    return 0;
}
