/*
 * NonStopAdderManager.c - reads the exit codes of its children without waiting for them: a mistake (book 7-5).
 *
 * Shows   GetExitCodeProcess on a process that has not ended: it succeeds, and gives STILL_ACTIVE, 259.
 * Run     NonStopAdderManager [FROM] [TO]
 * With    PartAdder.c, which it starts; AdderManager.c, which waits
 */
#include "companion.h"

#include "shared/adder.h"

int _tmain(int argc, TCHAR *argv[])
{
    part parts[2];
    PROCESS_INFORMATION children[2];
    DWORD exitCodes[2];

    companion_init(argv[0]);
    read_parts(argc, argv,
               _T("Wrongly adds the whole numbers from FROM (1) to TO (10): does not wait for its children."), parts);

    /*
     * The book's children run at once, and have nearly always not ended when they are asked. So that it is always:
     * these do not begin before they have been asked.
     */
    if (!start_part_adder(parts[0], CREATE_SUSPENDED, &children[0]))
        return STATUS_FAILED;
    if (!start_part_adder(parts[1], CREATE_SUSPENDED, &children[1])) {
        TerminateProcess(children[0].hProcess, STATUS_FAILED); /* nobody would ever resume it */
        return STATUS_FAILED;
    }

    for (int i = 0; i < 2; i++) {
        /* The mistake: no WaitForSingleObject in front of this. */
        if (!GetExitCodeProcess(children[i].hProcess, &exitCodes[i]))
            die_error(_T("GetExitCodeProcess"));
        print(_T("PartAdder %lu %lu: exit code %lu\n"), parts[i].from, parts[i].to, exitCodes[i]);
    }
    print(_T("total: %lu\n"), exitCodes[0] + exitCodes[1]);

    for (int i = 0; i < 2; i++) {
        if (ResumeThread(children[i].hThread) == (DWORD)-1)
            die_error(_T("ResumeThread"));
        CloseHandle(children[i].hThread);
        CloseHandle(children[i].hProcess);
    }
    return 0;
}
