/*
 * OwnMemory.c - two processes of one program: the same variable at the same address, and not the same memory.
 *
 * Shows   CreateProcess, WaitForSingleObject: what a child writes into a variable, its parent never sees. So processes
 *         need a mailslot, or another means of the kernel, to tell each other anything.
 * Run     OwnMemory
 * With    OwnMemory.c, which it starts as its child
 */
#include <stdlib.h>

#include "companion.h"

static LONG number;

static void show_number(const TCHAR *when)
{
    print(_T("%s: at %p is %ld\n"), when, (void *)&number, number);
}

int _tmain(int argc, TCHAR *argv[])
{
    bool isChild = false;
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    TCHAR command[] = _T("OwnMemory --child"); /* an array: CreateProcess may write into it */

    const option_spec options[] = {
        OPTION_FLAG("--child", &isChild, "be the child (OwnMemory starts it)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Changes a variable in two processes."), NULL, options);

    if (isChild) {
        show_number(_T("child, at its start"));
        number = 2;
        show_number(_T("child, after number = 2"));
        return 0;
    }

    number = 1;
    show_number(_T("parent, after number = 1"));
    si.cb = sizeof(si);
    TCHAR *program = partner_path(_T("OwnMemory"));
    if (!CreateProcess(program, command, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), program);
    free(program);
    if (WaitForSingleObject(pi.hProcess, INFINITE) == WAIT_FAILED)
        die_error(_T("WaitForSingleObject(child)"));
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);
    show_number(_T("parent, after the child's end"));
    return 0;
}
