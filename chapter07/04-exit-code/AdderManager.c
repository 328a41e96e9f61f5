/*
 * AdderManager.c - has two children add a half each, waits for both, and adds their exit codes (book 7-6).
 *
 * Shows   WaitForSingleObject on a process, and only then GetExitCodeProcess.
 * Run     AdderManager [FROM] [TO]
 * With    PartAdder.c, which it starts; NonStopAdderManager.c, which does not wait
 * POSIX   adder_manager.c
 */
#include "companion.h"

#include "shared/adder.h"

/* Waits for the child and gives its sum. False when it ended without one. */
static bool wait_for_sum(PROCESS_INFORMATION child, part numbers, DWORD *sum)
{
    if (WaitForSingleObject(child.hProcess, INFINITE) != WAIT_OBJECT_0)
        die_error(_T("WaitForSingleObject"));
    if (!GetExitCodeProcess(child.hProcess, sum))
        die_error(_T("GetExitCodeProcess"));

    if (*sum > ADDER_MAX) {
        report(_T("PartAdder %lu %lu: exit code 0x%08lX is no sum: it failed"), numbers.from, numbers.to, *sum);
        return false;
    }
    print(_T("PartAdder %lu %lu: exit code %lu\n"), numbers.from, numbers.to, *sum);
    return true;
}

int _tmain(int argc, TCHAR *argv[])
{
    part parts[2];
    PROCESS_INFORMATION children[2];
    DWORD sums[2] = {0, 0};
    bool isSuccess = true;

    companion_init(argv[0]);
    read_parts(argc, argv, _T("Adds the whole numbers from FROM (1) to TO (10) with two children."), parts);

    for (int i = 0; i < 2; i++) {
        if (!start_part_adder(parts[i], 0, &children[i]))
            return STATUS_FAILED;
    }
    for (int i = 0; i < 2; i++) {
        isSuccess = wait_for_sum(children[i], parts[i], &sums[i]) && isSuccess;
        CloseHandle(children[i].hThread);
        CloseHandle(children[i].hProcess);
    }
    if (!isSuccess)
        return STATUS_FAILED;

    /* No overflow: each one is at most half of what a DWORD holds. */
    print(_T("total: %lu\n"), sums[0] + sums[1]);
    return 0;
}
