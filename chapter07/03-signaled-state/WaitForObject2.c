/*
 * WaitForObject2.c - waits for several processes at once, for all of them or for any (book: chapter 7, section 03).
 *
 * Shows   WaitForMultipleObjects, the index that it returns, and its limit of MAXIMUM_WAIT_OBJECTS handles.
 * Run     WaitForObject2 [--all] [--any] [--children N] [--work MS]
 * With    Worker.c, which it starts; WaitInGroups.c, which waits for more than 64
 * POSIX   wait_for_process.c
 */
#include <stdlib.h>

#include "companion.h"

static ULONGLONG begin;

static void wait_for_all(HANDLE hProcesses[], DWORD count)
{
    if (WaitForMultipleObjects(count, hProcesses, TRUE, INFINITE) == WAIT_FAILED)
        die_error(_T("WaitForMultipleObjects"));
    print(_T("%lu children have ended, all of them after %llu ms\n"), count, GetTickCount64() - begin);

    for (DWORD i = 0; i < count; i++)
        CloseHandle(hProcesses[i]);
}

/* Names the children as they end. A process stays signaled, so one that has ended must leave the array. */
static void wait_for_any(HANDLE hProcesses[], DWORD count)
{
    DWORD numbers[MAXIMUM_WAIT_OBJECTS];

    for (DWORD i = 0; i < count; i++)
        numbers[i] = i + 1;
    for (const TCHAR *order = _T("first"); count > 0; order = _T("next")) {
        DWORD result = WaitForMultipleObjects(count, hProcesses, FALSE, INFINITE);
        if (result == WAIT_FAILED)
            die_error(_T("WaitForMultipleObjects"));

        /* The index of the one that is signaled; the lowest index where several are. */
        DWORD index = result - WAIT_OBJECT_0;
        print(_T("child %lu ended %s, after %llu ms\n"), numbers[index], order, GetTickCount64() - begin);

        CloseHandle(hProcesses[index]);
        count--;
        hProcesses[index] = hProcesses[count];
        numbers[index] = numbers[count];
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    bool waitsForAll = false, waitsForAny = false;
    DWORD count = 3, work_ms = 200;
    HANDLE hProcesses[MAXIMUM_WAIT_OBJECTS];
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    TCHAR command[24];

    const option_spec options[] = {
        OPTION_FLAG("--all", &waitsForAll, "wait until all have ended, in one call (also without --any)"),
        OPTION_FLAG("--any", &waitsForAny, "wait until any has ended, again and again"),
        OPTION_NUMBER("--children", "N", &count, 1, 4096, "how many (3)"),
        OPTION_NUMBER("--work", "MS", &work_ms, 0, 60000,
                      "how long the last one works; the others 2, 3... times (200)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Waits for several children at once, of which the last one works least."), NULL,
                  options);
    if (waitsForAll && waitsForAny)
        die_usage(_T("--all or --any, not both"));
    if (count > MAXIMUM_WAIT_OBJECTS)
        die_usage(_T("--children: WaitForMultipleObjects takes %d handles at most (MAXIMUM_WAIT_OBJECTS), not %lu; ")
                  _T("WaitInGroups waits for more"),
                  MAXIMUM_WAIT_OBJECTS, count);

    si.cb = sizeof(si);
    TCHAR *program = partner_path(_T("Worker"));
    begin = GetTickCount64();
    for (DWORD i = 0; i < count; i++) {
        format_text(command, 24, _T("Worker %lu"), work_ms * (count - i));
        if (!CreateProcess(program, command, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi)) {
            report_error(_T("CreateProcess(%s)"), program);
            if (GetLastError() == ERROR_FILE_NOT_FOUND)
                report(_T("hint: Worker.exe must lie in the folder of this program"));
            while (i-- > 0) /* without this the others would go on working */
                TerminateProcess(hProcesses[i], STATUS_FAILED);
            return STATUS_FAILED;
        }
        CloseHandle(pi.hThread);
        hProcesses[i] = pi.hProcess;
    }
    free(program);
    print(_T("%lu children work\n"), count);

    if (waitsForAny)
        wait_for_any(hProcesses, count);
    else
        wait_for_all(hProcesses, count);
    return 0;
}
