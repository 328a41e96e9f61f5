/*
 * variable.c - asks for one environment variable of any length (book 8-8).
 *
 * Shows   GetEnvironmentVariable: three answers in one number, and what each of them means.
 * With    EnvParent.c, EnvChild.c
 */
#include <stdlib.h>

#include "variable.h"

#define FIRST_CHARS 32 /* small, so that the second call is seen, too */

void show_variable(const TCHAR *name)
{
    TCHAR small[FIRST_CHARS];
    TCHAR *value = small, *large = NULL;
    DWORD chars = FIRST_CHARS;

    for (;;) {
        DWORD room = chars;

        /* 0 stands for an empty value as well as for a missing one. Only the error tells, so it starts clean. */
        SetLastError(ERROR_SUCCESS);
        chars = GetEnvironmentVariable(name, value, room);
        if (chars < room)
            break;

        /* Too small: what came back is the size that it takes, with the terminator. */
        print(_T("%s takes %lu characters, asking again\n"), name, chars);
        free(large);
        value = large = malloc(chars * sizeof(TCHAR));
        if (value == NULL)
            die_error(_T("malloc"));
    }

    if (chars == 0 && GetLastError() == ERROR_ENVVAR_NOT_FOUND)
        print(_T("%s is not set (error %lu)\n"), name, GetLastError());
    else if (chars == 0 && GetLastError() != ERROR_SUCCESS)
        die_error(_T("GetEnvironmentVariable(%s)"), name);
    else
        print(_T("[%s = %s]%s\n"), name, printable(value), chars == 0 ? _T(" is set, and empty") : _T(""));
    free(large);
}
