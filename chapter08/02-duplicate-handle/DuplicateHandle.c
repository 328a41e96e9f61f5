/*
 * DuplicateHandle.c - hands a child a handle to this very process (book: chapter 8, section 01, listing 8-3).
 *
 * Shows   GetCurrentProcess gives a pseudo handle, a constant; DuplicateHandle makes a real one of it, inheritable, and
 *         with no more rights than the child needs.
 * Run     DuplicateHandle [--pseudo] [--handles]
 * With    ChildProcess.c, which it starts
 * POSIX   wait_for_parent.c
 */
#include "handle_table.h"

int _tmain(int argc, TCHAR *argv[])
{
    bool passesPseudo = false, showsHandles = false;
    TCHAR value[HANDLE_CHARS], cmdString[64];
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;

    const option_spec options[] = {
        OPTION_FLAG("--pseudo", &passesPseudo, "hand over the pseudo handle itself, which is a mistake"),
        OPTION_FLAG("--handles", &showsHandles, "show the handle table at each step"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Starts ChildProcess, which waits until this program ends: at Enter."), NULL, options);
    watch_handles(showsHandles);

    HANDLE hProcess = GetCurrentProcess();
    format_handle(value, hProcess);
    print(_T("process %lu: GetCurrentProcess gives %s, as in every process\n"), GetCurrentProcessId(), value);

    if (!passesPseudo) {
        /* The child may wait for this process and ask how it ended. It may not end it. */
        if (!DuplicateHandle(GetCurrentProcess(), GetCurrentProcess(), GetCurrentProcess(), &hProcess,
                             SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, TRUE, 0))
            die_error(_T("DuplicateHandle"));
        format_handle(value, hProcess);
        print(_T("DuplicateHandle makes %s of it, a real handle that a child may inherit\n"), value);
    }
    show_handles(_T("after DuplicateHandle"));

    /* In decimal, as the book's own ChildProcess reads it, and in full: a handle is as wide as a pointer. */
    format_text(cmdString, 64, _T("ChildProcess %llu"), (ULONG64)(ULONG_PTR)hProcess);
    si.cb = sizeof(si);
    if (!CreateProcess(NULL, cmdString, NULL, NULL, TRUE, child_console_flag(), NULL, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), cmdString);
    show_handles(_T("after CreateProcess"));

    /* A child that was given the pseudo handle says so and ends. So there is something to wait for here. */
    if (passesPseudo) {
        WaitForSingleObject(pi.hProcess, INFINITE);
        return STATUS_FAILED;
    }
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);

    prompt(_T("Press Enter to end this process, for which the child waits. "));
    read_line();
    return 0;
}
