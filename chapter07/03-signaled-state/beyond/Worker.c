/*
 * Worker.c - the child of this lesson: works for a while and ends.
 *
 * Shows   A process is non-signaled from its start to its end, whatever it does in between.
 * Run     Worker MS
 * With    WaitForObject.c, WaitForObject2.c, WaitInGroups.c and SignalStates.c, which start it
 */
#include "companion.h"

#define WORK_MAX_MS 86400000UL /* one day */

int _tmain(int argc, TCHAR *argv[])
{
    const option_spec options[] = {OPTIONS_END};
    DWORD work_ms;

    companion_init(argv[0]);
    parse_options(argc, argv, _T("Works for MS milliseconds and ends."), _T("MS"), options);
    if (!parse_number(argv[1], 0, WORK_MAX_MS, &work_ms))
        die_usage(_T("MS: '%s' is not a whole number from 0 to %lu"), argv[1], WORK_MAX_MS);

    Sleep(work_ms); /* stands for any work that takes time */
    return 0;
}
