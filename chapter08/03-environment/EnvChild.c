/*
 * EnvChild.c - a child that reads the environment it was given (book: chapter 8, section 03, listing 8-9).
 *
 * Shows   GetEnvironmentVariable, GetEnvironmentStringsW; SetEnvironmentVariable changes a process's own copy alone.
 * Run     EnvChild [--change] [NAME...]
 * With    EnvParent.c and EnvBlock.c, which start it
 * POSIX   env_child.c
 */
#include <stdlib.h>

#include "companion.h"

#define FIRST_CHARS 32 /* small, so that the second call can be seen, too */

/* Prints a variable of any length. */
static void show_variable(const TCHAR *name)
{
    TCHAR small[FIRST_CHARS];
    TCHAR *value = small, *large = NULL;
    DWORD chars = FIRST_CHARS;

    for (;;) {
        DWORD room = chars;

        /* 0 is the length of an empty value, or an error. Only the error code tells, so it is cleared first. */
        SetLastError(ERROR_SUCCESS);
        chars = GetEnvironmentVariable(name, value, room);
        if (chars < room)
            break;

        /* The buffer is too small: this is the size that the value needs, with its terminator. */
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

/* Prints the whole block: strings, one after the other, up to an empty one. */
static void show_all(void)
{
    /* Not GetEnvironmentStringsA, also in the ANSI build: that one alone gives characters of the OEM code page. */
    wchar_t *block = GetEnvironmentStringsW();
    if (block == NULL)
        die_error(_T("GetEnvironmentStringsW"));

    for (const wchar_t *wide = block; *wide != L'\0'; wide += wcslen(wide) + 1) {
        TCHAR *pair = text_from_wide(wide);

        /* Windows also keeps the current directory of each drive here, as "=C:=C:\work": no name begins with '='. */
        if (pair[0] != _T('='))
            print(_T("%s\n"), printable(pair));
        free(pair);
    }
    FreeEnvironmentStringsW(block);
}

int _tmain(int argc, TCHAR *argv[])
{
    bool changesValues = false;

    const option_spec options[] = {
        OPTION_FLAG("--change", &changesValues, "then change each of them, in this process"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int count = parse_options(argc, argv, _T("Prints the environment variables of these names; without one, all."),
                              _T("[NAME...]"), options);
    for (int i = 1; i <= count; i++) {
        if (argv[i][0] == _T('\0') || _tcschr(argv[i], _T('=')) != NULL)
            die_usage(_T("'%s': a variable's name has at least one character, and no '='"), argv[i]);
    }

    if (count == 0)
        show_all();
    for (int i = 1; i <= count; i++)
        show_variable(argv[i]);

    for (int i = 1; changesValues && i <= count; i++) {
        if (!SetEnvironmentVariable(argv[i], _T("changed")))
            die_error(_T("SetEnvironmentVariable(%s)"), argv[i]);
        show_variable(argv[i]);
    }
    return 0;
}
