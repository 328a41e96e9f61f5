/*
 * job_calls.c - makes the calls of scripts/companion/play/job.py, so that they are tested where no Python of Windows
 * is.
 *
 * Run     JobCalls sizes      the structures: their sizes, and where the members are that Python sets or reads;
 *                             the number by which tests/huge_file.py asks for a sparse file
 *         JobCalls end        starts WaitingProcess and a child of it in a job; after the parent has ended, and a line
 *                             has come, ends the job; names each call
 */
#include "companion.h"

#include <tlhelp32.h>
#include <winioctl.h>

#define SIZE(type)           print(_T("%s %lu\n"), _T(#type), (unsigned long)sizeof(type))
#define OFFSET(type, member) print(_T("%s.%s %lu\n"), _T(#type), _T(#member), (unsigned long)offsetof(type, member))

static int show_sizes(void)
{
    SIZE(JOBOBJECT_EXTENDED_LIMIT_INFORMATION);
    OFFSET(JOBOBJECT_EXTENDED_LIMIT_INFORMATION, BasicLimitInformation.LimitFlags);
    OFFSET(JOBOBJECT_EXTENDED_LIMIT_INFORMATION, IoInfo);
    OFFSET(JOBOBJECT_EXTENDED_LIMIT_INFORMATION, PeakJobMemoryUsed);
    SIZE(THREADENTRY32);
    OFFSET(THREADENTRY32, th32ThreadID);
    OFFSET(THREADENTRY32, th32OwnerProcessID);
    OFFSET(THREADENTRY32, dwFlags);
    print(_T("FSCTL_SET_SPARSE %lu\n"), (unsigned long)FSCTL_SET_SPARSE);
    return 0;
}

static void check(BOOL isSuccess, const TCHAR *call)
{
    if (!isSuccess)
        die_error(_T("%s"), call);
    print(_T("%s\n"), call);
}

/* Popen gives no handle to the thread. */
static void resume(DWORD processId)
{
    THREADENTRY32 entry = {.dwSize = sizeof(entry)};
    HANDLE hSnapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);

    check(hSnapshot != INVALID_HANDLE_VALUE, _T("CreateToolhelp32Snapshot"));
    check(Thread32First(hSnapshot, &entry), _T("Thread32First"));
    while (entry.th32OwnerProcessID != processId)
        check(Thread32Next(hSnapshot, &entry), _T("Thread32Next"));
    check(CloseHandle(hSnapshot), _T("CloseHandle"));
    HANDLE hThread = OpenThread(THREAD_SUSPEND_RESUME, FALSE, entry.th32ThreadID);
    check(hThread != NULL, _T("OpenThread"));
    check(ResumeThread(hThread) != (DWORD)-1, _T("ResumeThread"));
    check(CloseHandle(hThread), _T("CloseHandle"));
}

static int end_job(void)
{
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    TCHAR command[] = _T("WaitingProcess --generations 1");
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};

    check(SetConsoleCtrlHandler(NULL, FALSE), _T("SetConsoleCtrlHandler"));
    HANDLE hJob = CreateJobObject(NULL, NULL);
    check(hJob != NULL, _T("CreateJobObjectW"));
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    check(SetInformationJobObject(hJob, JobObjectExtendedLimitInformation, &limits, sizeof(limits)),
          _T("SetInformationJobObject"));

    si.cb = sizeof(si);
    if (!CreateProcess(NULL, command, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), command);
    HANDLE hProcess = OpenProcess(PROCESS_TERMINATE | PROCESS_SET_QUOTA, FALSE, pi.dwProcessId);
    check(hProcess != NULL, _T("OpenProcess"));
    check(AssignProcessToJobObject(hJob, hProcess), _T("AssignProcessToJobObject"));
    check(CloseHandle(hProcess), _T("CloseHandle"));
    resume(pi.dwProcessId);
    WaitForSingleObject(pi.hProcess, INFINITE);
    print(_T("waits\n"));

    read_line();
    check(TerminateJobObject(hJob, 1), _T("TerminateJobObject"));
    check(CloseHandle(hJob), _T("CloseHandle"));
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);
    return 0;
}

int _tmain(int argc, TCHAR *argv[])
{
    companion_init(argv[0]);
    const TCHAR *what = argc > 1 ? argv[1] : _T("");

    if (_tcscmp(what, _T("sizes")) == 0)
        return show_sizes();
    if (_tcscmp(what, _T("end")) == 0)
        return end_job();
    die_usage(_T("expected sizes or end, found '%s'"), what);
}
