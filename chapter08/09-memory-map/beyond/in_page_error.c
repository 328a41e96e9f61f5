/*
 * in_page_error.c - says what happened when a page of a view cannot be had.
 *
 * Shows   EXCEPTION_IN_PAGE_ERROR: there is no call that could fail, so the access itself does. The disk was
 *         removed, the network is down, or the file is shorter than it was.
 * With    MemoryMapReader.c, MemoryMapWriter.c, MemoryMapCopy.c
 */
#include <stdlib.h>

#include "companion.h"
#include "in_page_error.h"

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *exception)
{
    const EXCEPTION_RECORD *record = exception->ExceptionRecord;
    MEMORY_BASIC_INFORMATION memory;

    /* Wine calls it an access violation; in a view, which has been mapped for this access, it is the same thing. */
    bool isInView = record->ExceptionCode == (DWORD)EXCEPTION_ACCESS_VIOLATION &&
                    VirtualQuery((void *)record->ExceptionInformation[1], &memory, sizeof(memory)) != 0 &&
                    memory.State == MEM_COMMIT && memory.Type == MEM_MAPPED;
    if (record->ExceptionCode != (DWORD)EXCEPTION_IN_PAGE_ERROR && !isInView)
        return EXCEPTION_CONTINUE_SEARCH;

    report(_T("a page of the mapped file cannot be had (exception 0x%08lX); is the file shorter now?"),
           record->ExceptionCode);
    /* Not exit: this thread is in the middle of anything. */
    _Exit(STATUS_FAILED);
}

void watch_for_in_page_errors(void)
{
    if (AddVectoredExceptionHandler(1, on_exception) == NULL)
        die_error(_T("AddVectoredExceptionHandler"));
}
