/*
 * SharedMemoryReader.c - makes a section of shared memory and reads the messages that others put there.
 *
 * Shows   CreateFileMapping on INVALID_HANDLE_VALUE: memory with a name and without a file; MapViewOfFile; a mutex
 *         around the memory and an event to wait for, since memory tells nobody that it has changed.
 * Run     SharedMemoryReader [--name NAME] [--size BYTES] [--timeout MS] [--count N]
 * With    SharedMemoryWriter.c, started after this one; ring.c, ring_signals.c
 * POSIX   shared_memory_reader.c
 */
#include <stdlib.h>

#include "beyond/ring_signals.h"

/* Shows one message, which may come from any program. True when it ends this one. */
static bool show_message(const char *message, uint32_t bytes)
{
    TCHAR *text = text_from_utf8(message, bytes);

    if (text == NULL) {
        report(_T("a message of %lu bytes is no UTF-8 text"), (DWORD)bytes);
        return false;
    }
    bool isExit = _tcscmp(text, _T("exit")) == 0;
    print(_T("received: %s\n"), printable(text));
    free(text);
    return isExit;
}

/* Shows messages until "exit" or number `count` (0: no limit) comes. False when they stayed out too long. */
static bool receive_messages(message_ring *view, DWORD size, const ring_signals *signals, DWORD timeout, DWORD count)
{
    char *message = malloc(size);
    DWORD received = 0;
    uint32_t bytes;

    if (message == NULL)
        die_error(_T("malloc"));
    for (;;) {
        lock_ring(signals);
        ring_state state = ring_take(view, size, message, &bytes);
        if (state == RING_DAMAGED) {
            report(_T("the ring holds nonsense that some program has written there; it is emptied"));
            ring_clear(view, size);
        }
        if (state != RING_EMPTY)
            SetEvent(signals->hRoom);
        unlock_ring(signals);

        if (state == RING_EMPTY) {
            if (WaitForSingleObject(signals->hFilled, timeout) == WAIT_TIMEOUT) {
                print(_T("no message for %lu ms\n"), timeout);
                break;
            }
        } else if (state == RING_DONE && (show_message(message, bytes) || ++received == count)) {
            free(message);
            return true;
        }
    }
    free(message);
    return count == 0;
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("ring");
    DWORD size = 4096, timeout = INFINITE, count = 0;
    TCHAR sectionName[MAX_PATH];

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "make the section Local\\NAME (ring)"),
        OPTION_NUMBER("--size", "BYTES", &size, RING_MIN_SIZE, RING_MAX_SIZE, "with room for BYTES of messages (4096)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 0, INFINITE - 1, "end after MS without a message (wait for ever)"),
        OPTION_NUMBER("--count", "N", &count, 1, MAXDWORD, "end after N messages (no limit)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Makes shared memory and prints the messages that arrive there, until \"exit\" does."),
                  NULL, options);
    section_name(sectionName, name);

    ring_signals signals = open_signals(sectionName);
    /* A mutex that its owner never gives back is a sign of life: with its owner's end, it is abandoned. */
    if (WaitForSingleObject(signals.hReader, 0) == WAIT_TIMEOUT) {
        report(_T("%s has a reader; end that one, or choose another --name"), sectionName);
        return STATUS_FAILED;
    }

    /* First the mutex, then the section: a writer that finds the section waits until it is a ring. */
    lock_ring(&signals);
    HANDLE hMapping = CreateFileMapping(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                                        (DWORD)sizeof(message_ring) + size, sectionName);
    if (hMapping == NULL)
        die_error(_T("CreateFileMapping(%s)"), sectionName);
    bool isNew = GetLastError() != ERROR_ALREADY_EXISTS;
    /* 0 bytes: all of it. Where the section is there already, it has its own size and not the one above. */
    message_ring *view = MapViewOfFile(hMapping, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0);
    if (view == NULL)
        die_error(_T("MapViewOfFile(%s)"), sectionName);
    if (isNew)
        ring_clear(view, size);
    bool isFit = isNew || check_ring(view, size, sectionName);
    unlock_ring(&signals);
    if (!isFit)
        return STATUS_FAILED;
    print(_T("waiting for messages in %s, %lu bytes%s\n"), sectionName, size, isNew ? _T("") : _T(", found again"));

    bool isSuccess = receive_messages(view, size, &signals, timeout, count);
    /* The section lives until its last handle and view are gone, a writer's too; the reader's end tells writers. */
    UnmapViewOfFile(view);
    CloseHandle(hMapping);
    return isSuccess ? 0 : STATUS_FAILED;
}
