/*
 * RunInJob.c - starts a process in a job, and ends with it all that has come of it (not in the book).
 *
 * Shows   CreateJobObject and AssignProcessToJobObject: what a process of a job starts belongs to the job, too, whoever
 *         its parent is by then. CREATE_SUSPENDED: the child starts nothing before it belongs to the job.
 *         JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE: all of them end with the last handle to the job, however we end.
 * Run     RunInJob [--generations N]
 * With    WaitingProcess.c, which it starts; KillProcess.c, KillTree.c
 * POSIX   run_as_reaper.c
 */
#include <stdlib.h>

#include "companion.h"

#define PROCESSES_MAX  32
#define GONE_WITHIN_MS 10000

/* A job that ends its processes when its last handle is closed. */
static HANDLE make_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};

    HANDLE hJob = CreateJobObject(NULL, NULL);
    if (hJob == NULL)
        die_error(_T("CreateJobObject"));
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (!SetInformationJobObject(hJob, JobObjectExtendedLimitInformation, &limits, sizeof(limits)))
        die_error(_T("SetInformationJobObject"));
    return hJob;
}

/* Starts WaitingProcess, and lets it run when it belongs to the job. */
static void start_in_job(HANDLE hJob, DWORD generations)
{
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    TCHAR number[16];
    TCHAR *path = partner_path(_T("WaitingProcess"));
    TCHAR *command = append_argument(append_argument(NULL, path), _T("--child"));

    if (generations > 0) {
        format_text(number, 16, _T("%lu"), generations);
        command = append_argument(append_argument(command, _T("--generations")), number);
    }
    si.cb = sizeof(si);
    if (!CreateProcess(NULL, command, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), command);
    if (!AssignProcessToJobObject(hJob, pi.hProcess)) {
        report_error(_T("AssignProcessToJobObject"));
        TerminateProcess(pi.hProcess, STATUS_FAILED); /* it has not run yet, and nobody would let it */
        exit(STATUS_FAILED);
    }
    if (ResumeThread(pi.hThread) == (DWORD)-1)
        die_error(_T("ResumeThread"));
    print(_T("process %lu is in the job, and so is all that comes of it: Enter ends them\n"), pi.dwProcessId);
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);
    free(command);
    free(path);
}

/* Opens the processes of the job, to see their end. Gives how many they are. */
static DWORD open_processes(HANDLE hJob, HANDLE hProcesses[PROCESSES_MAX])
{
    const DWORD bytes = sizeof(JOBOBJECT_BASIC_PROCESS_ID_LIST) + PROCESSES_MAX * sizeof(ULONG_PTR);
    JOBOBJECT_BASIC_PROCESS_ID_LIST *ids = malloc(bytes);
    DWORD count = 0;

    if (ids == NULL)
        die_error(_T("malloc"));
    if (!QueryInformationJobObject(hJob, JobObjectBasicProcessIdList, ids, bytes, NULL))
        die_error(_T("QueryInformationJobObject"));
    for (DWORD i = 0; i < ids->NumberOfProcessIdsInList && count < PROCESSES_MAX; i++) {
        hProcesses[count] = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)ids->ProcessIdList[i]);
        if (hProcesses[count] != NULL)
            count++; /* the others have ended in the meantime */
    }
    free(ids);
    return count;
}

int _tmain(int argc, TCHAR *argv[])
{
    DWORD generations = 0;
    HANDLE hProcesses[PROCESSES_MAX];

    const option_spec options[] = {
        OPTION_NUMBER("--generations", "N", &generations, 1, 20, "have it start a child, and so on, N times (0)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Starts WaitingProcess in a job, and ends all that has come of it."), NULL, options);

    HANDLE hJob = make_job();
    start_in_job(hJob, generations);
    read_line();

    DWORD count = open_processes(hJob, hProcesses);
    CloseHandle(hJob);
    /* That only begins their end. */
    DWORD result = count == 0 ? WAIT_OBJECT_0 : WaitForMultipleObjects(count, hProcesses, TRUE, GONE_WITHIN_MS);
    if (result == WAIT_FAILED)
        die_error(_T("WaitForMultipleObjects"));
    if (result == WAIT_TIMEOUT) {
        report(_T("after %d ms not all of them have ended"), GONE_WITHIN_MS);
        return STATUS_FAILED;
    }
    print(_T("processes ended: %lu\n"), count);
    return 0;
}
