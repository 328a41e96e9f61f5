/*
 * Stepper.c - lets programs that halt before each call go on, one call at a time. The demo starts it.
 *
 * Run     Stepper RUN, with a line "PROCESS-THREAD" on standard input for each call
 * With    trace_call.c, which waits for the event, and ends the program if the mutex of this one is gone
 */
#include "companion.h"

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR name[96];
    const TCHAR *thread;
    const option_spec options[] = {OPTIONS_END};

    companion_init(argv[0]);
    parse_options(argc, argv, _T("Lets programs of a demo go on, step by step."), _T("RUN"), options);

    if (!format_text(name, 96, _T("Local\\companion-stage-%s"), argv[1]))
        die_usage(_T("RUN: a name of less than 64 characters is expected"));
    HANDLE hStage = CreateMutex(NULL, TRUE, name);
    if (hStage == NULL)
        die_error(_T("CreateMutex(%s)"), name);
    print(_T("ready\n"));

    while ((thread = read_line()) != NULL) {
        if (!format_text(name, 96, _T("Local\\companion-step-%s-%s"), argv[1], thread))
            die_usage(_T("PROCESS-THREAD is expected, two numbers"));
        HANDLE hGo = OpenEvent(EVENT_MODIFY_STATE, FALSE, name);
        if (hGo == NULL) /* the program has ended in the meantime */
            continue;
        SetEvent(hGo);
        CloseHandle(hGo);
    }
    CloseHandle(hStage);
    return 0;
}
