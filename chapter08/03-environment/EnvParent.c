/*
 * EnvParent.c - hands environment variables to a child (book 8-8, 8-9).
 *
 * Shows   SetEnvironmentVariable; CreateProcess with the parent's environment, and with a block made for the child.
 * Run     EnvParent [--block] [--all] [--change] [NAME=VALUE...]
 * With    EnvChild.c, which it starts; environment_block.c, variable.c
 * POSIX   env_parent.c
 */
#include <stdlib.h>

#include "beyond/variable.h"

#ifdef UNICODE
#define BLOCK_FLAG CREATE_UNICODE_ENVIRONMENT /* without it the block would be read as narrow text */
#else
#define BLOCK_FLAG 0
#endif

static void check_pairs(int count, TCHAR *const pairs[])
{
    for (int i = 0; i < count; i++) {
        if (_tcschr(pairs[i], _T('=')) == NULL)
            die_usage(_T("'%s': the value is missing, as in NAME=VALUE"), pairs[i]);
        if (pairs[i][0] == _T('='))
            die_usage(_T("'%s': a variable's name has at least one character, and no '='"), pairs[i]);
    }
}

/* Starts EnvChild with a block of its own, or with this process's environment (NULL). Gives its exit status. */
static DWORD run_child(TCHAR *block, TCHAR *command)
{
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    DWORD exitCode;
    TCHAR *program = partner_path(_T("EnvChild"));

    si.cb = sizeof(si);
    if (!CreateProcess(program, command, NULL, NULL, FALSE, child_console_flag() | BLOCK_FLAG, block, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), program);
    CloseHandle(pi.hThread);
    free(program);

    if (WaitForSingleObject(pi.hProcess, INFINITE) != WAIT_OBJECT_0)
        die_error(_T("WaitForSingleObject(EnvChild)"));
    if (!GetExitCodeProcess(pi.hProcess, &exitCode))
        die_error(_T("GetExitCodeProcess(EnvChild)"));
    CloseHandle(pi.hProcess);
    return exitCode;
}

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR good_morning[] = _T("Good=Morning");
    TCHAR *usual[] = {good_morning};
    bool isBlock = false, isAll = false, isChange = false;

    const option_spec options[] = {
        OPTION_FLAG("--block", &isBlock, "give the child a block of its own; set nothing in this process"),
        OPTION_FLAG("--all", &isAll, "have the child print its whole environment"),
        OPTION_FLAG("--change", &isChange, "have the child change its variables, too"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int count = parse_options(argc, argv, _T("Hands variables (Good=Morning) to EnvChild, which prints them."),
                              _T("[NAME=VALUE...]"), options);
    TCHAR **pairs = count == 0 ? usual : argv + 1;
    if (count == 0)
        count = 1;
    check_pairs(count, pairs);

    TCHAR *block = isBlock ? environment_block(count, pairs) : NULL;
    TCHAR *command = append_argument(NULL, _T("EnvChild"));
    if (isChange)
        command = append_argument(command, _T("--change"));
    command = append_argument(command, _T("--"));

    for (int i = 0; i < count; i++) {
        TCHAR *name = pairs[i], *equals = _tcschr(name, _T('='));
        *equals = _T('\0');

        if (!isBlock && !SetEnvironmentVariable(name, equals + 1))
            die_error(_T("SetEnvironmentVariable(%s)"), name);
        if (!isAll)
            command = append_argument(command, name);
    }

    DWORD exitCode = run_child(block, command);
    print(_T("EnvChild has ended with %lu; here:\n"), exitCode);
    for (int i = 0; i < count; i++)
        show_variable(pairs[i]);

    free(command);
    free(block);
    return exitCode == 0 ? 0 : STATUS_FAILED;
}
