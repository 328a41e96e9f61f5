/*
 * DuplicateHandle.c - hands a child a handle to this very process (book 8-3, 8-4).
 *
 * Shows   GetCurrentProcess gives a pseudo handle, a constant; DuplicateHandle makes a real one of it, with no more
 *         rights than the child needs, and inheritable.
 * Run     DuplicateHandle [--pseudo] [--handles]
 * With    ChildProcess.c, which it starts
 * POSIX   wait_for_parent.c
 */
#include <stdlib.h>

#include "handle_table.h"

int _tmain(int argc, TCHAR *argv[])
{
    bool isPseudo = false, isHandles = false;
    TCHAR value[HANDLE_CHARS];
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;

    const option_spec options[] = {
        OPTION_FLAG("--pseudo", &isPseudo, "hand over the pseudo handle itself, as a mistake"),
        OPTION_FLAG("--handles", &isHandles, "show the handle table at each step"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Starts ChildProcess, which waits until this program ends: at Enter."), NULL, options);
    watch_handles(isHandles);

    HANDLE hProcess = GetCurrentProcess();
    format_handle(value, hProcess);
    print(_T("process %lu: GetCurrentProcess gives %s, as in every process\n"), GetCurrentProcessId(), value);

    if (!isPseudo) {
        /* The child may wait for this process and ask how it ended. It may not end it. */
        if (!DuplicateHandle(GetCurrentProcess(), GetCurrentProcess(), GetCurrentProcess(), &hProcess,
                             SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, TRUE, 0))
            die_error(_T("DuplicateHandle"));
        format_handle(value, hProcess);
        print(_T("DuplicateHandle makes %s of it, a real handle that a child may inherit\n"), value);
    }
    show_handles(_T("after DuplicateHandle"));

    TCHAR *program = partner_path(_T("ChildProcess"));
    TCHAR *command = append_argument(append_argument(NULL, _T("ChildProcess")), _T("--handle"));
    command = append_argument(command, value);
    si.cb = sizeof(si);
    if (!CreateProcess(program, command, NULL, NULL, TRUE, child_console_flag(), NULL, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), program);
    show_handles(_T("while ChildProcess lives"));
    free(command);
    free(program);

    /* A child that was handed the wrong thing says so and ends, so there is something to wait for here. */
    if (isPseudo) {
        WaitForSingleObject(pi.hProcess, INFINITE);
        return STATUS_FAILED;
    }
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);

    prompt(_T("Press Enter to end this process, for which the child waits. "));
    read_line();
    return 0;
}
