/*
 * EnvBlock.c - starts a child with an environment that was made for it alone.
 *
 * Shows   CreateProcess with an environment block; the variables that every program needs and that must be in it.
 * Run     EnvBlock [--all] [NAME=VALUE...]
 * With    EnvChild.c, which it starts; environment_block.c; EnvParent.c, whose child gets all of its parent's variables
 * POSIX   env_block.c
 */
#include <stdlib.h>

#include "companion.h"
#include "environment_block.h"

#ifdef UNICODE
#define BLOCK_FLAG CREATE_UNICODE_ENVIRONMENT /* without it the block would be read as narrow text */
#else
#define BLOCK_FLAG 0
#endif

/* Copied from this process: the system's own libraries look for the first one, our programs for the other two. */
static const TCHAR *const needed[] = {_T("SystemRoot"), _T("COMPANION_CONSOLE"), _T("COMPANION_LANE")};

#define NEEDED_COUNT ((int)(sizeof(needed) / sizeof(needed[0])))

/* The block of a child that has these variables and those that every program needs. The caller frees it. */
static TCHAR *make_block(int count, TCHAR *const pairs[])
{
    const TCHAR **sorted = malloc(((size_t)count + NEEDED_COUNT) * sizeof(*sorted));
    TCHAR *copied[NEEDED_COUNT] = {NULL};
    int sorted_count = 0;
    if (sorted == NULL)
        die_error(_T("malloc"));

    wchar_t *own = GetEnvironmentStringsW(); /* in both builds, as EnvChild.c says */
    if (own == NULL)
        die_error(_T("GetEnvironmentStringsW"));
    for (const wchar_t *wide = own; *wide != L'\0'; wide += wcslen(wide) + 1) {
        TCHAR *pair = text_from_wide(wide);
        for (int i = 0; i < NEEDED_COUNT && pair != NULL; i++) {
            if (copied[i] == NULL && compare_names(pair, needed[i]) == 0) {
                copied[i] = pair;
                sorted_count = insert_pair(sorted, sorted_count, pair);
                pair = NULL;
            }
        }
        free(pair);
    }
    for (int i = 0; i < count; i++)
        sorted_count = insert_pair(sorted, sorted_count, pairs[i]);

    TCHAR *block = join_pairs(sorted, sorted_count);
    FreeEnvironmentStringsW(own);
    for (int i = 0; i < NEEDED_COUNT; i++)
        free(copied[i]);
    free(sorted);
    return block;
}

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR good_morning[] = _T("Good=Morning");
    TCHAR *usual[] = {good_morning};
    bool showsAll = false;
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    DWORD exitCode;

    const option_spec options[] = {
        OPTION_FLAG("--all", &showsAll, "have the child print its whole environment"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int count = parse_options(argc, argv, _T("Starts EnvChild with these variables (Good=Morning) alone."),
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

    TCHAR *block = make_block(count, pairs);
    TCHAR *command = append_argument(append_argument(NULL, _T("EnvChild")), _T("--"));
    for (int i = 0; i < count; i++) {
        *_tcschr(pairs[i], _T('=')) = _T('\0'); /* from here on the name alone */
        if (!showsAll)
            command = append_argument(command, pairs[i]);
    }

    si.cb = sizeof(si);
    TCHAR *program = partner_path(_T("EnvChild"));
    if (!CreateProcess(program, command, NULL, NULL, FALSE, child_console_flag() | BLOCK_FLAG, block, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), program);
    CloseHandle(pi.hThread);
    free(program);
    free(command);
    free(block);

    if (WaitForSingleObject(pi.hProcess, INFINITE) != WAIT_OBJECT_0)
        die_error(_T("WaitForSingleObject(EnvChild)"));
    if (!GetExitCodeProcess(pi.hProcess, &exitCode))
        die_error(_T("GetExitCodeProcess(EnvChild)"));
    CloseHandle(pi.hProcess);
    print(_T("EnvChild has ended with %lu; here:\n"), exitCode);

    for (int i = 0; i < count; i++) {
        /* Without a buffer the size of the value is returned, which is at least 1 where the variable is set. */
        if (GetEnvironmentVariable(pairs[i], NULL, 0) == 0)
            print(_T("%s is not set (error %lu)\n"), pairs[i], GetLastError());
        else
            print(_T("%s is set here, too\n"), pairs[i]);
    }
    return exitCode == 0 ? 0 : STATUS_FAILED;
}
