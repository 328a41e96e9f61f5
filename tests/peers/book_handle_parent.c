/*
 * book_handle_parent.c - passes a handle to a child as the book's parents (listings 8-1 and 8-3) do.
 *
 * Run     BookHandleParent slot NAME
 *             opens a mailslot, writes the handle into InheritableHandle.txt with %d, and starts MailSender2_2
 *         BookHandleParent process
 *             duplicates its pseudo handle with all rights, and starts ChildProcess with the number; ends at Enter
 */
#include "companion.h"

static DWORD start(TCHAR *command, bool waits)
{
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    DWORD exitCode = 0;

    si.cb = sizeof(si);
    if (!CreateProcess(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), command);
    if (waits) {
        WaitForSingleObject(pi.hProcess, INFINITE);
        GetExitCodeProcess(pi.hProcess, &exitCode);
    }
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);
    return exitCode;
}

static int pass_slot(const TCHAR *name)
{
    TCHAR slotName[MAX_PATH], command[] = _T("MailSender2_2");
    SECURITY_ATTRIBUTES sa = {sizeof(sa), NULL, TRUE};

    format_text(slotName, MAX_PATH, _T("\\\\.\\mailslot\\%s"), name);
    HANDLE hMailSlot =
        CreateFile(slotName, GENERIC_WRITE, FILE_SHARE_READ, &sa, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (hMailSlot == INVALID_HANDLE_VALUE)
        die_error(_T("CreateFile(%s)"), slotName);

    FILE *file = _tfopen(_T("InheritableHandle.txt"), _T("wt"));
    if (file == NULL)
        die_error(_T("_tfopen"));
    _ftprintf(file, _T("%d"), (int)(INT_PTR)hMailSlot);
    fclose(file);
    return (int)start(command, true);
}

static int pass_process(void)
{
    TCHAR command[64];
    HANDLE hProcess;

    if (!DuplicateHandle(GetCurrentProcess(), GetCurrentProcess(), GetCurrentProcess(), &hProcess, 0, TRUE,
                         DUPLICATE_SAME_ACCESS))
        die_error(_T("DuplicateHandle"));
    format_text(command, 64, _T("ChildProcess.exe %u"), (unsigned)(UINT_PTR)hProcess);
    start(command, false);
    print(_T("process %lu\n"), GetCurrentProcessId());
    read_line();
    return 0;
}

int _tmain(int argc, TCHAR *argv[])
{
    companion_init(argv[0]);
    if (argc == 3 && _tcscmp(argv[1], _T("slot")) == 0)
        return pass_slot(argv[2]);
    if (argc == 2 && _tcscmp(argv[1], _T("process")) == 0)
        return pass_process();
    die_usage(_T("expected slot NAME or process"));
}
