/*
 * WaitingProcess.c - waits to be ended, by Enter or by somebody else (not in the book).
 *
 * Shows   GetCurrentProcessId: the number by which the others know this process.
 * Run     WaitingProcess [--generations N]
 * With    KillProcess.c, ListProcess.c
 * POSIX   waiting_process.c
 */
#include <stdlib.h>

#include "companion.h"

#define CHILD_LIFE_MS 600000

/* Starts itself as a child, which Enter does not end, and which starts the generations below. */
static void start_child(DWORD generations)
{
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    TCHAR number[16];
    TCHAR *path = partner_path(program_name());
    TCHAR *command = append_argument(append_argument(NULL, path), _T("--child"));

    if (generations > 0) {
        format_text(number, 16, _T("%lu"), generations);
        command = append_argument(append_argument(command, _T("--generations")), number);
    }
    si.cb = sizeof(si);
    /* The child prints where its parent does. */
    if (!CreateProcess(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), command);
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);
    free(command);
    free(path);
}

int _tmain(int argc, TCHAR *argv[])
{
    DWORD generations = 0;
    bool isChild = false;

    const option_spec options[] = {
        OPTION_NUMBER("--generations", "N", &generations, 1, 20, "start a child, and so on for N generations (0)"),
        OPTION_FLAG("--child", &isChild, "wait for ten minutes instead of Enter, as the children do"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Waits for Enter, or for its end by another program."), NULL, options);

    if (generations > 0)
        start_child(generations - 1);
    print(_T("process %lu waits\n"), GetCurrentProcessId());
    if (isChild)
        Sleep(CHILD_LIFE_MS);
    else
        read_line();
    return 0;
}
