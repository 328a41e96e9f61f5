/*
 * InheritList.c - lets a child inherit exactly the handles that it needs (not in the book).
 *
 * Shows   SetHandleInformation; PROC_THREAD_ATTRIBUTE_HANDLE_LIST. With bInheritHandles alone a child inherits all that
 *         is inheritable, also what another thread has just made inheritable for another child.
 * Run     InheritList [--name NAME] [--all] MESSAGE...
 * With    MailReceiver of 7-2, started before this one; TakeHandle.c, which it starts
 */
#include <stdlib.h>

#include "handle_table.h"

#define MOST_HANDLES 4

/* Opens a mailslot to send. The handle is made for this process alone, and becomes inheritable by a second call. */
static HANDLE open_inheritable(const TCHAR *name)
{
    TCHAR slotName[MAX_PATH];

    if (!format_text(slotName, MAX_PATH, _T("\\\\.\\mailslot\\%s"), name))
        die_usage(_T("--name: a slot's whole name has less than %d characters"), MAX_PATH);

    HANDLE hMailSlot = CreateFile(slotName, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                                  FILE_ATTRIBUTE_NORMAL, NULL);
    if (hMailSlot == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateFile(%s)"), slotName);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: start MailReceiver first, with the same --name"));
        exit(STATUS_FAILED);
    }
    if (!SetHandleInformation(hMailSlot, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT))
        die_error(_T("SetHandleInformation"));
    return hMailSlot;
}

/* Puts the mailslot and the standard streams, on which the child reports errors, into `handles`, each only once. */
static DWORD list_handles(HANDLE hMailSlot, HANDLE handles[MOST_HANDLES])
{
    const DWORD streams[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};
    DWORD count = 0, flags;

    handles[count++] = hMailSlot;
    for (int i = 0; i < 3; i++) {
        HANDLE hStream = GetStdHandle(streams[i]);
        DWORD known = 0;

        /* A handle that is not inheritable makes CreateProcess fail. */
        if (!GetHandleInformation(hStream, &flags) || !(flags & HANDLE_FLAG_INHERIT))
            continue;
        while (known < count && handles[known] != hStream)
            known++;
        if (known == count)
            handles[count++] = hStream;
    }
    return count;
}

/* Makes an attribute list with the handles. It keeps a pointer to them, so they have to outlive it. */
static LPPROC_THREAD_ATTRIBUTE_LIST make_list(HANDLE *handles, DWORD count)
{
    SIZE_T bytes = 0;

    /* The first call fails and gives the size. */
    InitializeProcThreadAttributeList(NULL, 1, 0, &bytes);
    LPPROC_THREAD_ATTRIBUTE_LIST list = malloc(bytes);
    if (list == NULL || !InitializeProcThreadAttributeList(list, 1, 0, &bytes))
        die_error(_T("InitializeProcThreadAttributeList"));
    if (!UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles, count * sizeof(HANDLE), NULL,
                                   NULL))
        die_error(_T("UpdateProcThreadAttribute"));
    return list;
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("mailbox");
    bool inheritsAll = false;
    TCHAR value[HANDLE_CHARS];
    HANDLE handles[MOST_HANDLES];
    STARTUPINFOEX si = {0};
    PROCESS_INFORMATION pi;
    DWORD exitCode;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "send to the mailslot NAME (mailbox)"),
        OPTION_FLAG("--all", &inheritsAll, "pass no list: the child inherits all that is inheritable"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int messages =
        parse_options(argc, argv, _T("Has TakeHandle send each MESSAGE, with one inheritable handle of two."),
                      _T("MESSAGE..."), options);
    watch_handles(true);

    HANDLE hMailSlot = open_inheritable(name);
    SECURITY_ATTRIBUTES sa = {sizeof(sa), NULL, TRUE};
    HANDLE hEvent = CreateEvent(&sa, TRUE, FALSE, NULL); /* inheritable, but not for this child */
    if (hEvent == NULL)
        die_error(_T("CreateEvent"));

    format_handle(value, hMailSlot);
    TCHAR *command = append_argument(append_argument(append_argument(NULL, _T("TakeHandle")), _T("--handle")), value);
    command = append_argument(command, _T("--"));
    for (int i = 1; i <= messages; i++)
        command = append_argument(command, argv[i]);

    /* Suspended: the child has its handle table, and cannot end before the counts have been shown. */
    DWORD flags = child_console_flag() | CREATE_SUSPENDED;
    si.StartupInfo.cb = sizeof(si.StartupInfo);
    if (!inheritsAll) {
        si.lpAttributeList = make_list(handles, list_handles(hMailSlot, handles));
        si.StartupInfo.cb = sizeof(si);
        flags |= EXTENDED_STARTUPINFO_PRESENT;
    }
    /* The list restricts inheritance; bInheritHandles still has to allow it. */
    if (!CreateProcess(NULL, command, NULL, NULL, TRUE, flags, NULL, NULL, &si.StartupInfo, &pi))
        die_error(_T("CreateProcess(%s)"), command);
    show_handles(_T("while TakeHandle lives"));

    if (ResumeThread(pi.hThread) == (DWORD)-1)
        die_error(_T("ResumeThread"));
    if (WaitForSingleObject(pi.hProcess, INFINITE) != WAIT_OBJECT_0)
        die_error(_T("WaitForSingleObject(TakeHandle)"));
    if (!GetExitCodeProcess(pi.hProcess, &exitCode))
        die_error(_T("GetExitCodeProcess(TakeHandle)"));
    if (!inheritsAll)
        DeleteProcThreadAttributeList(si.lpAttributeList);

    free(si.lpAttributeList);
    free(command);
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);
    CloseHandle(hEvent);
    CloseHandle(hMailSlot);
    return exitCode == 0 ? 0 : STATUS_FAILED;
}
