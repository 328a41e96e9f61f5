/* check_handle.c - makes sure that a number which another process has told is a handle of this one. */
#include <stdlib.h>

#include "handle_table.h"

/* The number may also be one of something else here: each process has low numbers in use that it did not ask for. */
static _Noreturn void refuse(void)
{
    report(_T("hint: the handle was not inherited, or the number is an old one"));
    exit(STATUS_FAILED);
}

void check_handle(HANDLE hObject, const TCHAR *kind)
{
    TCHAR value[HANDLE_CHARS];
    handle_row row;

    format_handle(value, hObject);
    if (!read_handle(hObject, &row)) {
        report_error(_T("GetHandleInformation(%s)"), value);
        refuse();
    }
    if (_tcscmp(row.kind, kind) != 0) {
        report(_T("handle %s is of kind %s in this process, not of kind %s"), value, row.kind, kind);
        refuse();
    }
    free(row.name);
}
