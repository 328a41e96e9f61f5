/*
 * EnvRules.c - what names and values a variable may have, shown by real calls.
 *
 * Shows   The errors and the lengths that GetEnvironmentVariable and SetEnvironmentVariable give.
 * Run     EnvRules
 */
#include "companion.h"

static void try_set(const TCHAR *experiment, const TCHAR *name, const TCHAR *value)
{
    if (SetEnvironmentVariable(name, value))
        print(_T("%s: works\n"), experiment);
    else
        print(_T("%s: error %lu\n"), experiment, GetLastError());
}

static void try_get(const TCHAR *experiment, const TCHAR *name, DWORD room)
{
    TCHAR value[32];

    SetLastError(ERROR_SUCCESS);
    DWORD chars = GetEnvironmentVariable(name, value, room);
    if (chars == 0)
        print(_T("%s: 0 characters, error %lu\n"), experiment, GetLastError());
    else if (chars < room)
        print(_T("%s: %lu characters\n"), experiment, chars);
    else
        print(_T("%s: too small, it takes %lu\n"), experiment, chars);
}

int _tmain(int argc, TCHAR *argv[])
{
    const option_spec options[] = {OPTIONS_END};
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Tries what an environment variable may be."), NULL, options);

    try_set(_T("set Good to Morning"), _T("Good"), _T("Morning"));
    try_get(_T("ask for it, with room for 32"), _T("Good"), 32);
    try_get(_T("ask for GOOD"), _T("GOOD"), 32);
    try_get(_T("ask with room for 7"), _T("Good"), 7);
    try_get(_T("ask with room for 8"), _T("Good"), 8);

    try_set(_T("set it to nothing"), _T("Good"), _T(""));
    try_get(_T("ask for it"), _T("Good"), 32);
    try_set(_T("remove it"), _T("Good"), NULL);
    try_get(_T("ask for it"), _T("Good"), 32);

    try_set(_T("set a name with an equal sign"), _T("Good=Day"), _T("Sir"));
    return 0;
}
