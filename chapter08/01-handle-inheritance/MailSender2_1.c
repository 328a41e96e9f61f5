/*
 * MailSender2_1.c - lets its child send through the mailslot that it has opened (book 8-1, 8-2).
 *
 * Shows   The two conditions of inheritance: bInheritHandle in SECURITY_ATTRIBUTES, bInheritHandles in CreateProcess;
 *         three ways to tell the child which number the handle has.
 * Run     MailSender2_1 [--name NAME] [--pass WAY] [--no-inherit] [--not-inheritable] [--handles] [MESSAGE...]
 * With    MailReceiver of 7-2, started before this one; MailSender2_2.c, which it starts; handover.c
 * POSIX   inherit_parent.c
 */
#include <stdlib.h>

#include "handle_table.h"
#include "beyond/handover.h"

/* The book's way. Another MailSender2_1 in this folder may write its own value before the child has read ours. */
static void write_handle_file(const TCHAR *value)
{
    FILE *file = _tfopen(HANDLE_FILE, _T("w"));

    if (file == NULL || _ftprintf(file, _T("%s\n"), value) < 0 || fclose(file) != 0) {
        report(_T("cannot write %s in the current directory"), HANDLE_FILE);
        exit(STATUS_FAILED);
    }
}

/* Leaves the handle's value where the child finds it, and gives the command line that tells it where. */
static TCHAR *hand_over(const TCHAR *way, HANDLE hMailSlot)
{
    TCHAR value[HANDLE_CHARS];
    TCHAR *command = append_argument(NULL, _T("MailSender2_2"));

    format_handle(value, hMailSlot);
    if (_tcscmp(way, _T("argument")) == 0) {
        command = append_argument(command, _T("--handle"));
        return append_argument(command, value);
    }
    if (_tcscmp(way, _T("file")) == 0)
        write_handle_file(value);
    else if (!SetEnvironmentVariable(HANDLE_VARIABLE, value))
        die_error(_T("SetEnvironmentVariable(%s)"), HANDLE_VARIABLE);
    command = append_argument(command, _T("--from"));
    return append_argument(command, way);
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("mailbox"), *way = _T("argument");
    bool isNoInherit = false, isNotInheritable = false, isHandles = false;
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "send to the mailslot NAME (mailbox)"),
        OPTION_TEXT("--pass", "WAY", &way, "tell the child the handle by argument, environment or file (argument)"),
        OPTION_FLAG("--no-inherit", &isNoInherit, "let the child inherit nothing: bInheritHandles is FALSE"),
        OPTION_FLAG("--not-inheritable", &isNotInheritable, "make a handle for this process: bInheritHandle is FALSE"),
        OPTION_FLAG("--handles", &isHandles, "show the handle tables at each step"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int messages = parse_options(
        argc, argv, _T("Has its child send each MESSAGE, then sends it, too; without one, each types in turn."),
        _T("[MESSAGE...]"), options);
    if (_tcscmp(way, _T("argument")) != 0 && _tcscmp(way, _T("environment")) != 0 && _tcscmp(way, _T("file")) != 0)
        die_usage(_T("--pass: '%s' is none of argument, environment, file"), way);
    watch_handles(isHandles);

    SECURITY_ATTRIBUTES sa = {sizeof(sa), NULL, !isNotInheritable};
    HANDLE hMailSlot = open_mailslot(name, &sa);
    show_handles(_T("after CreateFile"));

    TCHAR *program = partner_path(_T("MailSender2_2"));
    TCHAR *command = hand_over(way, hMailSlot);
    if (isHandles)
        command = append_argument(command, _T("--handles"));
    command = append_argument(command, _T("--"));
    for (int i = 1; i <= messages; i++)
        command = append_argument(command, argv[i]);

    /* Suspended: the child has its handle table, but cannot be through with it before we have looked. */
    si.cb = sizeof(si);
    if (!CreateProcess(program, command, NULL, NULL, !isNoInherit, child_console_flag() | CREATE_SUSPENDED, NULL, NULL,
                       &si, &pi))
        die_error(_T("CreateProcess(%s)"), program);
    show_handles(_T("while MailSender2_2 lives"));

    DWORD exitCode = run_to_end(&pi);
    show_handles(_T("after MailSender2_2 has ended"));
    if (_tcscmp(way, _T("file")) == 0)
        _tremove(HANDLE_FILE);
    if (exitCode != 0 && isNotInheritable)
        report(_T("hint: the handle itself is not inheritable: SECURITY_ATTRIBUTES had bInheritHandle = FALSE"));
    if (exitCode != 0 && isNoInherit)
        report(_T("hint: the child inherited nothing: CreateProcess had bInheritHandles = FALSE"));

    for (int i = 1; i <= messages; i++)
        send_signed(hMailSlot, argv[i]);
    if (messages == 0 && send_typed_mail(hMailSlot, _T("MailSender2_1 >> ")))
        send_mail(hMailSlot, _T("exit"));
    CloseHandle(hMailSlot);
    free(command);
    free(program);
    return exitCode == 0 ? 0 : STATUS_FAILED;
}
