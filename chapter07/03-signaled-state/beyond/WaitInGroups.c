/*
 * WaitInGroups.c - waits for more processes than one call can take.
 *
 * Shows   A thread for each 64 processes, and WaitForMultipleObjects on the threads, which are objects like any other.
 * Run     WaitInGroups [--all] [--any] [--children N] [--work MS]
 * With    Worker.c, which it starts; WaitForObject2.c, which waits for 64 at most
 */
#include <stdlib.h>

#include "companion.h"

/* As many children as one call can wait for. */
typedef struct group {
    HANDLE hProcesses[MAXIMUM_WAIT_OBJECTS];
    DWORD numbers[MAXIMUM_WAIT_OBJECTS];
    DWORD count;
} group;

static bool waitsForAny;
static ULONGLONG begin;
static volatile LONG ended;

static void wait_for_all(const group *children)
{
    if (WaitForMultipleObjects(children->count, children->hProcesses, TRUE, INFINITE) == WAIT_FAILED)
        die_error(_T("WaitForMultipleObjects"));
    print(_T("%lu children have ended, all of them after %llu ms\n"), children->count, GetTickCount64() - begin);

    for (DWORD i = 0; i < children->count; i++)
        CloseHandle(children->hProcesses[i]);
}

/* Names the children as they end. A process stays signaled, so one that has ended must leave the array. */
static void wait_for_any(group *children)
{
    while (children->count > 0) {
        DWORD result = WaitForMultipleObjects(children->count, children->hProcesses, FALSE, INFINITE);
        if (result == WAIT_FAILED)
            die_error(_T("WaitForMultipleObjects"));

        DWORD index = result - WAIT_OBJECT_0;
        print(_T("child %lu ended %s, after %llu ms\n"), children->numbers[index],
              InterlockedIncrement(&ended) == 1 ? _T("first") : _T("next"), GetTickCount64() - begin);

        CloseHandle(children->hProcesses[index]);
        children->count--;
        children->hProcesses[index] = children->hProcesses[children->count];
        children->numbers[index] = children->numbers[children->count];
    }
}

static DWORD WINAPI wait_for_group(LPVOID children)
{
    if (waitsForAny)
        wait_for_any(children);
    else
        wait_for_all(children);
    return 0;
}

/* A thread for each group. A thread is signaled when it ends, so one more call waits for all groups. */
static void wait_for_groups(group *groups, DWORD count)
{
    HANDLE hThreads[MAXIMUM_WAIT_OBJECTS];

    for (DWORD i = 0; i < count; i++) {
        hThreads[i] = CreateThread(NULL, 0, wait_for_group, &groups[i], 0, NULL);
        if (hThreads[i] == NULL)
            die_error(_T("CreateThread"));
    }
    if (WaitForMultipleObjects(count, hThreads, TRUE, INFINITE) == WAIT_FAILED)
        die_error(_T("WaitForMultipleObjects"));
    print(_T("all %lu groups have ended\n"), count);

    for (DWORD i = 0; i < count; i++)
        CloseHandle(hThreads[i]);
}

static void start_children(group *groups, DWORD count, DWORD work_ms)
{
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    TCHAR command[24];
    TCHAR *program = partner_path(_T("Worker"));

    si.cb = sizeof(si);
    for (DWORD i = 0; i < count; i++) {
        group *children = &groups[i / MAXIMUM_WAIT_OBJECTS];

        format_text(command, 24, _T("Worker %lu"), work_ms * (count - i));
        if (!CreateProcess(program, command, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi)) {
            report_error(_T("CreateProcess(%s)"), program);
            if (GetLastError() == ERROR_FILE_NOT_FOUND)
                report(_T("hint: Worker.exe must lie in the folder of this program"));
            while (i-- > 0) /* without this the others would go on working, for hours perhaps */
                TerminateProcess(groups[i / MAXIMUM_WAIT_OBJECTS].hProcesses[i % MAXIMUM_WAIT_OBJECTS], STATUS_FAILED);
            exit(STATUS_FAILED);
        }
        CloseHandle(pi.hThread);
        children->hProcesses[children->count] = pi.hProcess;
        children->numbers[children->count++] = i + 1;
    }
    free(program);
}

int _tmain(int argc, TCHAR *argv[])
{
    bool waitsForAll = false;
    DWORD count = MAXIMUM_WAIT_OBJECTS + 1, work_ms = 10;

    const option_spec options[] = {
        OPTION_FLAG("--all", &waitsForAll, "wait until all of a group have ended, in one call (also without --any)"),
        OPTION_FLAG("--any", &waitsForAny, "wait until any of a group has ended, again and again"),
        OPTION_NUMBER("--children", "N", &count, 1, MAXIMUM_WAIT_OBJECTS * MAXIMUM_WAIT_OBJECTS, "how many (65)"),
        OPTION_NUMBER("--work", "MS", &work_ms, 0, 20000, "how long the last one works; the others 2, 3... times (10)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Waits for many children, with a thread for each 64 of them."), NULL, options);
    if (waitsForAll && waitsForAny)
        die_usage(_T("--all or --any, not both"));

    DWORD groupCount = (count + MAXIMUM_WAIT_OBJECTS - 1) / MAXIMUM_WAIT_OBJECTS;
    group *groups = calloc(groupCount, sizeof(group));
    if (groups == NULL)
        die_error(_T("calloc"));
    begin = GetTickCount64();
    start_children(groups, count, work_ms);
    print(_T("%lu children work\n"), count);

    wait_for_groups(groups, groupCount);
    free(groups);
    return 0;
}
