/*
 * NonStopAdderManager.c - a mistake: adds exit codes without a wait (book: chapter 7, section 03, listing 7-5).
 *
 * Shows   GetExitCodeProcess on a process that has not ended: it succeeds, and gives STILL_ACTIVE, 259.
 * Run     NonStopAdderManager [FROM] [TO]
 * With    PartAdder.c, which it starts; AdderManager.c, which waits
 */
#include <limits.h>
#include <stdlib.h>

#include "companion.h"

int _tmain(int argc, TCHAR *argv[])
{
    const option_spec options[] = {OPTIONS_END};
    DWORD from = 1, to = 10, total = 0, exitCode;
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi[2];
    TCHAR command[40];

    companion_init(argv[0]);
    int numbers = parse_options(argc, argv, _T("Adds FROM (1) to TO (10) wrongly: does not wait for its children."),
                                _T("[FROM] [TO]"), options);
    if (numbers > 0 && !parse_number(argv[1], 0, INT_MAX, &from))
        die_usage(_T("FROM: '%s' is not a whole number from 0 to %d"), argv[1], INT_MAX);
    if (numbers > 1 && !parse_number(argv[2], 0, INT_MAX, &to))
        die_usage(_T("TO: '%s' is not a whole number from 0 to %d"), argv[2], INT_MAX);
    if (from >= to)
        die_usage(_T("FROM is %lu and TO is %lu: two children need two numbers at least"), from, to);

    DWORD middle = from + (to - from) / 2;
    DWORD first[2] = {from, middle + 1}, last[2] = {middle, to};

    /*
     * The book's children run at once and have usually, but not always, not ended when their exit codes are read. Ours
     * are suspended, so that they never have: the wrong total is the same in every run.
     */
    si.cb = sizeof(si);
    TCHAR *program = partner_path(_T("PartAdder"));
    for (int i = 0; i < 2; i++) {
        format_text(command, 40, _T("PartAdder %lu %lu"), first[i], last[i]);
        if (!CreateProcess(program, command, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &si, &pi[i])) {
            report_error(_T("CreateProcess(%s)"), program);
            if (GetLastError() == ERROR_FILE_NOT_FOUND)
                report(_T("hint: PartAdder.exe must lie in the folder of this program"));
            if (i == 1)
                TerminateProcess(pi[0].hProcess, STATUS_FAILED); /* nothing else would resume or end it */
            return STATUS_FAILED;
        }
    }
    free(program);

    /* The mistake: AdderManager waits for both children here. */

    for (int i = 0; i < 2; i++) {
        if (!GetExitCodeProcess(pi[i].hProcess, &exitCode))
            die_error(_T("GetExitCodeProcess"));
        print(_T("PartAdder %lu %lu: exit code %lu\n"), first[i], last[i], exitCode);
        total += exitCode;
    }
    print(_T("total: %lu\n"), total);

    for (int i = 0; i < 2; i++) {
        if (ResumeThread(pi[i].hThread) == (DWORD)-1)
            die_error(_T("ResumeThread"));
        CloseHandle(pi[i].hThread);
        CloseHandle(pi[i].hProcess);
    }
    return 0;
}
