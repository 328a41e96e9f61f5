/*
 * AdderManager.c - waits for two children and adds their exit codes (book: chapter 7, section 03, listing 7-6).
 *
 * Shows   WaitForSingleObject on a process, and only then GetExitCodeProcess.
 * Run     AdderManager [FROM] [TO]
 * With    PartAdder.c, which it starts; NonStopAdderManager.c, which does not wait
 * POSIX   adder_manager.c
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
    bool isSuccess = true;

    companion_init(argv[0]);
    int numbers = parse_options(argc, argv, _T("Adds the whole numbers from FROM (1) to TO (10) with two children."),
                                _T("[FROM] [TO]"), options);
    if (numbers > 0 && !parse_number(argv[1], 0, INT_MAX, &from))
        die_usage(_T("FROM: '%s' is not a whole number from 0 to %d"), argv[1], INT_MAX);
    if (numbers > 1 && !parse_number(argv[2], 0, INT_MAX, &to))
        die_usage(_T("TO: '%s' is not a whole number from 0 to %d"), argv[2], INT_MAX);
    if (from >= to)
        die_usage(_T("FROM is %lu and TO is %lu: two children need two numbers at least"), from, to);

    DWORD middle = from + (to - from) / 2;
    DWORD first[2] = {from, middle + 1}, last[2] = {middle, to};

    si.cb = sizeof(si);
    TCHAR *program = partner_path(_T("PartAdder"));
    for (int i = 0; i < 2; i++) {
        format_text(command, 40, _T("PartAdder %lu %lu"), first[i], last[i]);
        if (!CreateProcess(program, command, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi[i])) {
            report_error(_T("CreateProcess(%s)"), program);
            if (GetLastError() == ERROR_FILE_NOT_FOUND)
                report(_T("hint: PartAdder.exe must lie in the folder of this program"));
            return STATUS_FAILED;
        }
        CloseHandle(pi[i].hThread);
    }
    free(program);

    for (int i = 0; i < 2; i++) {
        if (WaitForSingleObject(pi[i].hProcess, INFINITE) != WAIT_OBJECT_0)
            die_error(_T("WaitForSingleObject"));
    }

    for (int i = 0; i < 2; i++) {
        if (!GetExitCodeProcess(pi[i].hProcess, &exitCode))
            die_error(_T("GetExitCodeProcess"));
        CloseHandle(pi[i].hProcess);

        if (exitCode > INT_MAX || (exitCode == 0 && last[i] > 0)) { /* 0 is what kill -9 leaves under Wine */
            report(_T("PartAdder %lu %lu: exit code 0x%08lX is no sum: it failed"), first[i], last[i], exitCode);
            isSuccess = false;
        } else {
            print(_T("PartAdder %lu %lu: exit code %lu\n"), first[i], last[i], exitCode);
            total += exitCode; /* no overflow: a sum is at most half of what a DWORD holds */
        }
    }
    if (!isSuccess)
        return STATUS_FAILED;
    print(_T("total: %lu\n"), total);
    return 0;
}
