/*
 * EnvParent.c - hands environment variables to a child (book: chapter 8, section 03, listing 8-8).
 *
 * Shows   SetEnvironmentVariable; CreateProcess gives the child a copy of the parent's environment.
 * Run     EnvParent [--all] [--change] [NAME=VALUE...]
 * With    EnvChild.c, which it starts; EnvBlock.c, which gives the child an environment of its own
 * POSIX   env_parent.c
 */
#include <stdlib.h>

#include "companion.h"

/* The longest value has 32767 characters. In the ANSI build a TCHAR is a byte of UTF-8, up to three for a character. */
#define VALUE_CHARS (3 * 32767)

int _tmain(int argc, TCHAR *argv[])
{
    static TCHAR value[VALUE_CHARS];
    TCHAR good_morning[] = _T("Good=Morning");
    TCHAR *usual[] = {good_morning};
    bool showsAll = false, changesValues = false;
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    DWORD exitCode;

    const option_spec options[] = {
        OPTION_FLAG("--all", &showsAll, "have the child print its whole environment"),
        OPTION_FLAG("--change", &changesValues, "have the child change its variables, too"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int count = parse_options(argc, argv, _T("Hands variables (Good=Morning) to EnvChild, which prints them."),
                              _T("[NAME=VALUE...]"), options);
    TCHAR **pairs = count == 0 ? usual : argv + 1;
    if (count == 0)
        count = 1;
    for (int i = 0; i < count; i++) {
        if (_tcschr(pairs[i], _T('=')) == NULL)
            die_usage(_T("'%s': the value is missing, as in NAME=VALUE"), pairs[i]);
        if (pairs[i][0] == _T('='))
            die_usage(_T("'%s': a variable's name has at least one character, and no '='"), pairs[i]);
    }

    TCHAR *command = append_argument(NULL, _T("EnvChild"));
    if (changesValues)
        command = append_argument(command, _T("--change"));
    command = append_argument(command, _T("--"));
    for (int i = 0; i < count; i++) {
        TCHAR *name = pairs[i], *equals = _tcschr(name, _T('='));
        *equals = _T('\0');

        if (!SetEnvironmentVariable(name, equals + 1))
            die_error(_T("SetEnvironmentVariable(%s)"), name);
        if (!showsAll)
            command = append_argument(command, name);
    }

    /* lpEnvironment is NULL: the child gets a copy of this process's environment as it is now. */
    si.cb = sizeof(si);
    TCHAR *program = partner_path(_T("EnvChild"));
    if (!CreateProcess(program, command, NULL, NULL, FALSE, child_console_flag(), NULL, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), program);
    CloseHandle(pi.hThread);
    free(program);
    free(command);

    if (WaitForSingleObject(pi.hProcess, INFINITE) != WAIT_OBJECT_0)
        die_error(_T("WaitForSingleObject(EnvChild)"));
    if (!GetExitCodeProcess(pi.hProcess, &exitCode))
        die_error(_T("GetExitCodeProcess(EnvChild)"));
    CloseHandle(pi.hProcess);
    print(_T("EnvChild has ended with %lu; here:\n"), exitCode);

    for (int i = 0; i < count; i++) {
        /* 0 is an error, or the length of an empty value: only the error tells, so it is cleared first. */
        SetLastError(ERROR_SUCCESS);
        if (GetEnvironmentVariable(pairs[i], value, VALUE_CHARS) == 0 && GetLastError() != ERROR_SUCCESS)
            die_error(_T("GetEnvironmentVariable(%s)"), pairs[i]);
        print(_T("[%s = %s]%s\n"), pairs[i], printable(value),
              value[0] == _T('\0') ? _T(" is set, and empty") : _T(""));
    }
    return exitCode == 0 ? 0 : STATUS_FAILED;
}
