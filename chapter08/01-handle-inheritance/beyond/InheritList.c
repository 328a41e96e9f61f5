/*
 * InheritList.c - lets a child inherit exactly what it is meant to have (an addition to 8-2).
 *
 * Shows   SetHandleInformation; PROC_THREAD_ATTRIBUTE_HANDLE_LIST. bInheritHandles alone lets everything inheritable
 *         through, also what another thread has just made for another child.
 * Run     InheritList [--name NAME] [--all] MESSAGE...
 * With    MailReceiver of 7-2, started before this one; MailSender2_2.c, which it starts; handover.c
 */
#include <stdlib.h>

#include "handle_table.h"
#include "handover.h"

#define MOST_HANDLES 4

/* The mailslot, and the standard streams, without which the child would be mute. None twice: that is refused. */
static DWORD list_handles(HANDLE hMailSlot, HANDLE handles[MOST_HANDLES])
{
    const DWORD streams[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};
    DWORD count = 0, flags;

    handles[count++] = hMailSlot;
    for (int i = 0; i < 3; i++) {
        HANDLE hStream = GetStdHandle(streams[i]);
        DWORD known = 0;

        if (!GetHandleInformation(hStream, &flags) || !(flags & HANDLE_FLAG_INHERIT))
            continue;
        while (known < count && handles[known] != hStream)
            known++;
        if (known == count)
            handles[count++] = hStream;
    }
    return count;
}

/* An attribute list that names the handles; it points to them, so they must stay where they are. */
static LPPROC_THREAD_ATTRIBUTE_LIST make_list(HANDLE *handles, DWORD count)
{
    SIZE_T bytes = 0;

    /* The first call fails and tells the size. */
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
    bool isAll = false;
    TCHAR value[HANDLE_CHARS];
    HANDLE handles[MOST_HANDLES];
    STARTUPINFOEX si = {0};
    PROCESS_INFORMATION pi;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "send to the mailslot NAME (mailbox)"),
        OPTION_FLAG("--all", &isAll, "do without the list: all that is inheritable"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int messages = parse_options(argc, argv, _T("Has MailSender2_2 send each MESSAGE, with one handle of two."),
                                 _T("MESSAGE..."), options);
    watch_handles(true);

    /* Opened for this process, and made inheritable later: SECURITY_ATTRIBUTES are not the only way. */
    HANDLE hMailSlot = open_mailslot(name, NULL);
    if (!SetHandleInformation(hMailSlot, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT))
        die_error(_T("SetHandleInformation"));
    SECURITY_ATTRIBUTES sa = {sizeof(sa), NULL, TRUE};
    HANDLE hEvent = CreateEvent(&sa, TRUE, FALSE, NULL); /* inheritable, and none of the child's business */
    if (hEvent == NULL)
        die_error(_T("CreateEvent"));

    format_handle(value, hMailSlot);
    TCHAR *program = partner_path(_T("MailSender2_2"));
    TCHAR *command = append_argument(NULL, _T("MailSender2_2"));
    command = append_argument(append_argument(command, _T("--handle")), value);
    command = append_argument(command, _T("--"));
    for (int i = 1; i <= messages; i++)
        command = append_argument(command, argv[i]);

    DWORD flags = child_console_flag() | CREATE_SUSPENDED;
    si.StartupInfo.cb = sizeof(si.StartupInfo);
    if (!isAll) {
        si.lpAttributeList = make_list(handles, list_handles(hMailSlot, handles));
        si.StartupInfo.cb = sizeof(si);
        flags |= EXTENDED_STARTUPINFO_PRESENT;
    }
    /* The list narrows inheritance down; bInheritHandles still has to allow it. */
    if (!CreateProcess(program, command, NULL, NULL, TRUE, flags, NULL, NULL, &si.StartupInfo, &pi))
        die_error(_T("CreateProcess(%s)"), program);
    show_handles(_T("while MailSender2_2 lives"));
    DWORD exitCode = run_to_end(&pi);

    if (si.lpAttributeList != NULL)
        DeleteProcThreadAttributeList(si.lpAttributeList);
    free(si.lpAttributeList);
    free(command);
    free(program);
    CloseHandle(hEvent);
    CloseHandle(hMailSlot);
    return exitCode == 0 ? 0 : STATUS_FAILED;
}
