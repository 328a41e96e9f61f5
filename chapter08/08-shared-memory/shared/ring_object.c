/*
 * ring_object.c - the names of a ring's objects, and what the writers of both sides say alike (not in the book).
 *
 * Shows   A kernel object has its name in a folder: Local\, or for POSIX /.
 * With    SharedMemoryReader.c, SharedMemoryWriter.c, shared_memory_reader.c, shared_memory_writer.c
 */
#include <stdlib.h>

#include "ring.h"
#include "time_limit.h"

/* Others own the mutex for moments: who may not wait for a message (--timeout 0) waits for the mutex so long. */
#define LOCK_MS 100

#ifdef _WIN32
#define FOLDER       _T("Local\\")
#define SEPARATOR    _T('\\')
#define SUFFIX_CHARS 7 /* of the longest suffix: ".reader" */
#else
#define FOLDER       "/"
#define SEPARATOR    '/'
#define SUFFIX_CHARS 0
#endif

const TCHAR *ring_object(TCHAR object[RING_NAME_CHARS], const TCHAR *name, const TCHAR *suffix)
{
    const size_t longest = RING_NAME_CHARS - sizeof(FOLDER) / sizeof(TCHAR) - SUFFIX_CHARS;

    /* A separator would name another folder of objects. */
    if (name[0] == _T('\0') || _tcslen(name) > longest || _tcschr(name, SEPARATOR) != NULL)
        die_usage(_T("--name: expected 1 to %u characters without '%c'"), (unsigned)longest, SEPARATOR);
    format_text(object, RING_NAME_CHARS, FOLDER _T("%s%s"), name, suffix);
    return object;
}

const TCHAR *next_message(int messages, TCHAR *argv[])
{
    static const TCHAR *last;
    static int taken;

    if (last != NULL && _tcscmp(last, _T("exit")) == 0)
        return NULL;
    if (messages == 0)
        prompt(_T("MY CMD >> "));
    last = messages > 0 ? argv[++taken] : read_line();
    return last;
}

unsigned long ring_lock_ms(void)
{
    return time_left() < LOCK_MS ? LOCK_MS : time_left();
}

void hold_ring(void)
{
    print(_T("inside the critical section: kill this program, or press Enter to go on\n"));
    read_line();
}

void die_without_reader(void)
{
    report(_T("the reader has gone; the message is not sent"));
    exit(STATUS_FAILED);
}
