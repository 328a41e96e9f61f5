/*
 * copy_guard.c - what keeps a copy from doing harm.
 *
 * Shows   GetFileInformationByHandle: a file may have many names, but has one index; SetConsoleCtrlHandler.
 * With    MemoryMapCopy.c
 */
#include "copy_guard.h"
#include "companion.h"

static volatile LONG isCancelled;

static BOOL WINAPI on_ctrl_c(DWORD event)
{
    isCancelled = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
    return isCancelled;
}

void watch_for_ctrl_c(void)
{
    if (!SetConsoleCtrlHandler(on_ctrl_c, TRUE))
        die_error(_T("SetConsoleCtrlHandler"));
}

bool is_cancelled(void)
{
    if (isCancelled)
        SetLastError(ERROR_CANCELLED);
    return isCancelled != 0;
}

bool is_same_file(HANDLE hFrom, const TCHAR *to)
{
    BY_HANDLE_FILE_INFORMATION source, target = {0};
    HANDLE hTo =
        CreateFile(to, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);

    if (hTo == INVALID_HANDLE_VALUE)
        return false;
    bool isKnown = GetFileInformationByHandle(hFrom, &source) && GetFileInformationByHandle(hTo, &target);
    CloseHandle(hTo);
    return isKnown && source.dwVolumeSerialNumber == target.dwVolumeSerialNumber &&
           source.nFileIndexHigh == target.nFileIndexHigh && source.nFileIndexLow == target.nFileIndexLow;
}
