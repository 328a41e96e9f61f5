/*
 * EnvChild.c - a child that looks at the environment it was given (book 8-8).
 *
 * Shows   GetEnvironmentVariable (in variable.c), GetEnvironmentStrings, and that SetEnvironmentVariable changes a
 *         process's own copy alone.
 * Run     EnvChild [--change] [NAME...]
 * With    EnvParent.c, which starts it
 * POSIX   env_child.c
 */
#include "beyond/variable.h"

/* Prints the whole block, in its order. */
static void show_all(void)
{
    TCHAR *block = GetEnvironmentStrings();
    if (block == NULL)
        die_error(_T("GetEnvironmentStrings"));

    for (TCHAR *pair = block; *pair != _T('\0');) {
        size_t pair_chars = _tcslen(pair);

        /* "=C:=C:\work" is a drive's current directory: Windows keeps it where no name can be. */
        if (pair[0] != _T('='))
            print(_T("%s\n"), printable(pair));
        pair += pair_chars + 1;
    }
    FreeEnvironmentStrings(block);
}

int _tmain(int argc, TCHAR *argv[])
{
    bool isChange = false;

    const option_spec options[] = {
        OPTION_FLAG("--change", &isChange, "then change each of them, in this process"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int names = parse_options(argc, argv, _T("Prints the environment variables of these names; without one, all."),
                              _T("[NAME...]"), options);
    for (int i = 1; i <= names; i++) {
        if (argv[i][0] == _T('\0') || _tcschr(argv[i], _T('=')) != NULL)
            die_usage(_T("'%s': a variable's name has at least one character, and no '='"), argv[i]);
    }

    if (names == 0)
        show_all();
    for (int i = 1; i <= names; i++)
        show_variable(argv[i]);

    for (int i = 1; isChange && i <= names; i++) {
        if (!SetEnvironmentVariable(argv[i], _T("changed")))
            die_error(_T("SetEnvironmentVariable(%s)"), argv[i]);
        show_variable(argv[i]);
    }
    return 0;
}
