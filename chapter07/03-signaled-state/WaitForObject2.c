/*
 * WaitForObject2.c - waits for several processes at once, for all of them or for any (book 7-3).
 *
 * Shows   WaitForMultipleObjects, the index that it gives, and its limit of MAXIMUM_WAIT_OBJECTS handles.
 * Run     WaitForObject2 [--all] [--any] [--children N] [--groups] [--work MS]
 * With    Worker.c, which it starts
 * POSIX   wait_for_process.c
 */
#include <stdlib.h>

#include "beyond/worker.h"

/* As many children as one call can wait for. */
typedef struct group {
    HANDLE hProcesses[MAXIMUM_WAIT_OBJECTS];
    DWORD numbers[MAXIMUM_WAIT_OBJECTS];
    DWORD count;
} group;

static bool isAny;
static ULONGLONG begin;
static volatile LONG ended;

static void wait_for_all(const group *children)
{
    if (WaitForMultipleObjects(children->count, children->hProcesses, TRUE, INFINITE) == WAIT_FAILED)
        die_error(_T("WaitForMultipleObjects"));
    print(_T("%lu children have ended, all of them after %llu ms\n"), children->count, GetTickCount64() - begin);
}

/* Names the children as they end. What has ended stays signaled, so it has to leave the array. */
static void wait_for_any(group *children)
{
    while (children->count > 0) {
        DWORD result = WaitForMultipleObjects(children->count, children->hProcesses, FALSE, INFINITE);
        if (result == WAIT_FAILED)
            die_error(_T("WaitForMultipleObjects"));

        /* Which one it was; the lowest index when it was several. */
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
    if (isAny)
        wait_for_any(children);
    else
        wait_for_all(children);
    return 0;
}

/* A thread for each group. Threads are signaled when they end, too, so one more call waits for all of them. */
static void wait_in_groups(group *groups, DWORD count)
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
}

int _tmain(int argc, TCHAR *argv[])
{
    bool isAll = false, usesGroups = false;
    DWORD count = 3, work_ms = 200;

    const option_spec options[] = {
        OPTION_FLAG("--all", &isAll, "wait until all have ended, in one call (what it does without --any)"),
        OPTION_FLAG("--any", &isAny, "wait until any has ended, again and again"),
        OPTION_NUMBER("--children", "N", &count, 1, MAXIMUM_WAIT_OBJECTS * MAXIMUM_WAIT_OBJECTS, "how many (3)"),
        OPTION_FLAG("--groups", &usesGroups, "wait in groups, for more than one call can take"),
        OPTION_NUMBER("--work", "MS", &work_ms, 0, 60000,
                      "the last child works so long, the others 2, 3... times (200)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Waits for several children at once, of which the last one works least."), NULL,
                  options);
    if (isAll && isAny)
        die_usage(_T("--all or --any, not both"));
    if (count > MAXIMUM_WAIT_OBJECTS && !usesGroups)
        die_usage(_T("--children: WaitForMultipleObjects takes %d handles at most (MAXIMUM_WAIT_OBJECTS), not %lu; ")
                  _T("--groups waits in groups"),
                  MAXIMUM_WAIT_OBJECTS, count);

    DWORD groupCount = (count + MAXIMUM_WAIT_OBJECTS - 1) / MAXIMUM_WAIT_OBJECTS;
    group *groups = calloc(groupCount, sizeof(group));
    if (groups == NULL)
        die_error(_T("calloc"));
    begin = GetTickCount64();
    for (DWORD number = 1; number <= count; number++) {
        group *children = &groups[(number - 1) / MAXIMUM_WAIT_OBJECTS];
        HANDLE hProcess = start_worker(work_ms * (count - number + 1), NULL);

        if (hProcess == NULL) {
            for (DWORD i = 0; i < number - 1; i++) /* or they would go on, for an hour perhaps */
                TerminateProcess(groups[i / MAXIMUM_WAIT_OBJECTS].hProcesses[i % MAXIMUM_WAIT_OBJECTS], STATUS_FAILED);
            return STATUS_FAILED;
        }
        children->hProcesses[children->count] = hProcess;
        children->numbers[children->count++] = number;
    }
    print(_T("%lu children work\n"), count);

    if (usesGroups)
        wait_in_groups(groups, groupCount);
    else
        wait_for_group(groups);
    return 0;
}
