/*
 * PipeGrandchild.c - a child that ends at once and leaves a child of its own with the pipes.
 *
 * Shows   CreateProcess with bInheritHandles hands on what was inherited: a grandchild that nobody has thought of has
 *         the writing end of the pipe, so the pipe does not end with the child.
 * Run     PipeGrandchild [--grandchild HANDLE]
 * With    PipeParent.c, which starts it
 * POSIX   pipe_grandchild.c
 */
#include <stdlib.h>

#include "companion.h"

/* Answers until the input ends, which is after the child's end. */
static void live_on(const TCHAR *number)
{
    HANDLE hChild;
    const TCHAR *line;

    if (!parse_handle(number, &hChild))
        die_usage(_T("--grandchild: '%s' is no handle"), number);
    if (WaitForSingleObject(hChild, INFINITE) == WAIT_FAILED)
        die_error(_T("WaitForSingleObject(child)"));
    print(_T("grandchild: the child has ended, and I have its pipes\n"));
    while ((line = read_line()) != NULL)
        print(_T("grandchild: %s\n"), line);
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *number = NULL;
    TCHAR value[HANDLE_CHARS];
    HANDLE hSelf;
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;

    const option_spec options[] = {
        OPTION_TEXT("--grandchild", "HANDLE", &number,
                    "be the grandchild; HANDLE is the child (PipeGrandchild starts it)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Starts a process that lives on with its pipes, and ends."), NULL, options);
    if (number != NULL) {
        live_on(number);
        return 0;
    }

    /* A real handle to this process, so that the grandchild can wait for its end. */
    if (!DuplicateHandle(GetCurrentProcess(), GetCurrentProcess(), GetCurrentProcess(), &hSelf, SYNCHRONIZE, TRUE, 0))
        die_error(_T("DuplicateHandle(GetCurrentProcess())"));
    format_handle(value, hSelf);
    TCHAR *program = partner_path(_T("PipeGrandchild"));
    TCHAR *command = append_argument(append_argument(append_argument(NULL, program), _T("--grandchild")), value);

    print(_T("child: this is all, I end\n"));
    si.cb = sizeof(si);
    if (!CreateProcess(program, command, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), program);
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);
    free(command);
    free(program);
    return 0;
}
