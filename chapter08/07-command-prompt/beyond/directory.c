/*
 * directory.c - goes to another directory, or shows the current one.
 *
 * Shows   SetCurrentDirectory changes the directory of the process that calls it, and of no other.
 * With    builtins.c
 * POSIX   directory.c
 */
#include <stdlib.h>

#include "../shared/shell.h"

unsigned long change_directory(const TCHAR *directory)
{
    if (directory != NULL) {
        if (SetCurrentDirectory(directory))
            return 0;
        report_error(_T("SetCurrentDirectory(%s)"), directory);
        return STATUS_FAILED;
    }

    /* Without room it gives the size that it needs. */
    DWORD chars = GetCurrentDirectory(0, NULL);
    TCHAR *current = malloc((chars + 1) * sizeof(TCHAR));
    if (current == NULL || GetCurrentDirectory(chars, current) == 0) {
        report_error(_T("GetCurrentDirectory"));
        free(current);
        return STATUS_FAILED;
    }
    print(_T("%s\n"), current);
    free(current);
    return 0;
}
