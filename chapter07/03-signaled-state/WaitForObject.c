/*
 * WaitForObject.c - waits for a process, and looks at its state before and after (book: chapter 7, section 03).
 *
 * Shows   A process object is non-signaled while the process runs, and signaled from its end on, for every wait.
 * Run     WaitForObject [--work MS]
 * With    Worker.c, which it starts
 * POSIX   wait_for_process.c
 */
#include <stdlib.h>

#include "companion.h"

/* WaitForSingleObject with a timeout of 0 returns at once and tells the state. */
static void show_state(HANDLE hProcess)
{
    switch (WaitForSingleObject(hProcess, 0)) {
    case WAIT_OBJECT_0:
        print(_T("WaitForSingleObject(hProcess, 0): WAIT_OBJECT_0, signaled\n"));
        break;
    case WAIT_TIMEOUT:
        print(_T("WaitForSingleObject(hProcess, 0): WAIT_TIMEOUT, non-signaled\n"));
        break;
    default:
        die_error(_T("WaitForSingleObject"));
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    DWORD work_ms = 300;
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    TCHAR command[24];

    const option_spec options[] = {
        OPTION_NUMBER("--work", "MS", &work_ms, 0, 86400000, "how long the child works (300)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Waits for a child that works for a while, and shows when it is signaled."), NULL,
                  options);

    /* Suspended, so that it has not ended before the first look, even with --work 0. */
    si.cb = sizeof(si);
    format_text(command, 24, _T("Worker %lu"), work_ms);
    TCHAR *program = partner_path(_T("Worker"));
    if (!CreateProcess(program, command, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &si, &pi)) {
        report_error(_T("CreateProcess(%s)"), program);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: Worker.exe must lie in the folder of this program"));
        return STATUS_FAILED;
    }
    free(program);
    print(_T("the child is there\n"));
    show_state(pi.hProcess);

    print(_T("the child works for %lu ms\n"), work_ms);
    ULONGLONG begin = GetTickCount64();
    if (ResumeThread(pi.hThread) == (DWORD)-1)
        die_error(_T("ResumeThread"));
    CloseHandle(pi.hThread);
    if (WaitForSingleObject(pi.hProcess, INFINITE) != WAIT_OBJECT_0)
        die_error(_T("WaitForSingleObject"));
    print(_T("WaitForSingleObject(hProcess, INFINITE): WAIT_OBJECT_0 after %llu ms\n"), GetTickCount64() - begin);

    /* A process stays signaled: however often it is waited for, each wait succeeds. */
    show_state(pi.hProcess);
    show_state(pi.hProcess);
    CloseHandle(pi.hProcess);
    return 0;
}
