/*
 * WaitTooMany.c - asks one call to wait for as many objects as it takes, and for one more.
 *
 * Shows   WaitForMultipleObjects: MAXIMUM_WAIT_OBJECTS handles are the limit; with more it fails.
 * Run     WaitTooMany
 * With    WaitInGroups.c, which waits for more
 */
#include "companion.h"

static void try_wait(const HANDLE hEvents[], DWORD count)
{
    DWORD result = WaitForMultipleObjects(count, hEvents, TRUE, INFINITE);

    if (result == WAIT_FAILED)
        print(_T("WaitForMultipleObjects with %lu handles: error %lu\n"), count, GetLastError());
    else
        print(_T("WaitForMultipleObjects with %lu handles: works\n"), count);
}

int _tmain(int argc, TCHAR *argv[])
{
    HANDLE hEvents[MAXIMUM_WAIT_OBJECTS + 1];

    const option_spec options[] = {OPTIONS_END};
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Shows how many objects one call can wait for."), NULL, options);

    for (int i = 0; i <= MAXIMUM_WAIT_OBJECTS; i++) {
        /* Signaled from the start, so no wait takes any time. */
        hEvents[i] = CreateEvent(NULL, TRUE, TRUE, NULL);
        if (hEvents[i] == NULL)
            die_error(_T("CreateEvent"));
    }
    try_wait(hEvents, MAXIMUM_WAIT_OBJECTS);
    try_wait(hEvents, MAXIMUM_WAIT_OBJECTS + 1);
    for (int i = 0; i <= MAXIMUM_WAIT_OBJECTS; i++)
        CloseHandle(hEvents[i]);
    return 0;
}
