/*
 * worker.c - starts a Worker.
 *
 * Shows   CreateProcess gives two handles, of two kernel objects: the process and its first thread.
 * With    Worker.c
 */
#include <stdlib.h>

#include "worker.h"

HANDLE start_worker(DWORD work_ms, HANDLE *hThread)
{
    STARTUPINFO startup = {0};
    PROCESS_INFORMATION child;
    TCHAR work[16];

    format_text(work, 16, _T("%lu"), work_ms);
    TCHAR *program = partner_path(_T("Worker"));
    TCHAR *commandLine = append_argument(append_argument(NULL, program), work);

    startup.cb = sizeof(startup);
    BOOL isSuccess = CreateProcess(program, commandLine, NULL, NULL, TRUE, hThread != NULL ? CREATE_SUSPENDED : 0, NULL,
                                   NULL, &startup, &child);
    if (!isSuccess) {
        report_error(_T("CreateProcess(%s)"), commandLine);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: Worker.exe must lie in the folder of this program"));
    }
    free(commandLine);
    free(program);
    if (!isSuccess)
        return NULL;

    if (hThread != NULL)
        *hThread = child.hThread;
    else
        CloseHandle(child.hThread);
    return child.hProcess;
}
