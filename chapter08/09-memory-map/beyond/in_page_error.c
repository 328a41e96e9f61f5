/*
 * in_page_error.c - reports that a page of a view cannot be read or written (not in the book).
 *
 * Shows   EXCEPTION_IN_PAGE_ERROR: the disk was removed, the network is down, or the file has become shorter. A memory
 *         access is no call and returns no error, so the system raises an exception.
 * With    MemoryMapReader.c, MemoryMapWriter.c, MemoryMapCopy.c
 */
#include <stdlib.h>

#include "companion.h"
#include "in_page_error.h"

LONG CALLBACK end_at_in_page_error(EXCEPTION_POINTERS *exception)
{
    const EXCEPTION_RECORD *record = exception->ExceptionRecord;
    MEMORY_BASIC_INFORMATION memory;

    /* Wine raises an access violation instead. In a view, which was mapped for this access, it means the same. */
    bool isInView = record->ExceptionCode == (DWORD)EXCEPTION_ACCESS_VIOLATION &&
                    VirtualQuery((void *)record->ExceptionInformation[1], &memory, sizeof(memory)) != 0 &&
                    memory.State == MEM_COMMIT && memory.Type == MEM_MAPPED;
    if (record->ExceptionCode != (DWORD)EXCEPTION_IN_PAGE_ERROR && !isInView)
        return EXCEPTION_CONTINUE_SEARCH;

    report(_T("a page of the mapped file cannot be accessed (exception 0x%08lX); is the file shorter now?"),
           record->ExceptionCode);
    /* Not exit, which calls functions that may need what the interrupted code has half changed. */
    _Exit(STATUS_FAILED);
}
