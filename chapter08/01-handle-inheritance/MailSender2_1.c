/*
 * MailSender2_1.c - lets its child send through its own mailslot (book: chapter 8, section 01, listing 8-1).
 *
 * Shows   The two conditions of inheritance: bInheritHandle in SECURITY_ATTRIBUTES, bInheritHandles in CreateProcess.
 * Run     MailSender2_1 [--name NAME] [--not-inheritable] [--no-inherit] [--handles]
 * With    MailReceiver of 7-2, started before this one; MailSender2_2.c, which it starts
 * POSIX   inherit_parent.c
 */
#include "handle_table.h"

#define HANDLE_FILE   _T("InheritableHandle.txt")
#define MESSAGE_CHARS 512

/* Tells the child the number of the handle: in decimal, as the book's own MailSender2_2 reads it. */
static bool write_handle_file(HANDLE hMailSlot)
{
    FILE *file = _tfopen(HANDLE_FILE, _T("w"));

    return file != NULL && _ftprintf(file, _T("%llu\n"), (ULONG64)(ULONG_PTR)hMailSlot) > 0 && fclose(file) == 0;
}

/*
 * Sends what is typed with the sender's name, which a mailslot does not tell; "exit" as it is, to end MailReceiver.
 * False: a message was refused, as one that is longer than the slot takes.
 */
static bool send_typed_mail(HANDLE hMailSlot)
{
    TCHAR message[MESSAGE_CHARS];
    DWORD bytesWritten;

    for (bool isSent = true;;) {
        prompt(_T("MailSender2_1 >> "));
        const TCHAR *line = read_line();
        if (line == NULL)
            return isSent;
        bool isExit = _tcscmp(line, _T("exit")) == 0;
        if (!format_text(message, MESSAGE_CHARS, isExit ? _T("%s") : _T("MailSender2_1: %s"), line))
            report(_T("a message has less than %d characters; this one is not sent"), MESSAGE_CHARS);
        else if (!WriteFile(hMailSlot, message, text_bytes(message), &bytesWritten, NULL))
            report_error(_T("WriteFile(mailslot, %lu bytes)"), text_bytes(message));
        else if (isExit)
            return isSent;
        else
            continue;
        isSent = false;
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("mailbox");
    bool isNotInheritable = false, inheritsNothing = false, showsHandles = false;
    TCHAR slotName[MAX_PATH], command[32];
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    DWORD exitCode;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "send to the mailslot NAME (mailbox)"),
        OPTION_FLAG("--not-inheritable", &isNotInheritable, "make a handle for this process: bInheritHandle is FALSE"),
        OPTION_FLAG("--no-inherit", &inheritsNothing, "let the child inherit nothing: bInheritHandles is FALSE"),
        OPTION_FLAG("--handles", &showsHandles, "show the handle table at each step"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv,
                  _T("Sends what is typed to a mailslot, after its child, MailSender2_2, has done the same."), NULL,
                  options);
    if (!format_text(slotName, MAX_PATH, _T("\\\\.\\mailslot\\%s"), name))
        die_usage(_T("--name: a slot's whole name has less than %d characters"), MAX_PATH);
    watch_handles(showsHandles);

    SECURITY_ATTRIBUTES sa = {sizeof(sa), NULL, !isNotInheritable};
    HANDLE hMailSlot = CreateFile(slotName, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, &sa, OPEN_EXISTING,
                                  FILE_ATTRIBUTE_NORMAL, NULL);
    if (hMailSlot == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateFile(%s)"), slotName);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: start MailReceiver first, with the same --name"));
        return STATUS_FAILED;
    }
    show_handles(_T("after CreateFile"));
    if (!write_handle_file(hMailSlot)) {
        report(_T("cannot write %s in the current directory"), HANDLE_FILE);
        return STATUS_FAILED;
    }

    format_text(command, 32, _T("MailSender2_2%s"), showsHandles ? _T(" --handles") : _T(""));
    si.cb = sizeof(si);
    if (!CreateProcess(NULL, command, NULL, NULL, !inheritsNothing, child_console_flag(), NULL, NULL, &si, &pi)) {
        report_error(_T("CreateProcess(%s)"), command);
        _tremove(HANDLE_FILE);
        return STATUS_FAILED;
    }
    show_handles(_T("after CreateProcess"));

    /* The child reads first. If both read from one terminal, each line would go to one of them by chance. */
    if (WaitForSingleObject(pi.hProcess, INFINITE) != WAIT_OBJECT_0)
        die_error(_T("WaitForSingleObject(MailSender2_2)"));
    if (!GetExitCodeProcess(pi.hProcess, &exitCode))
        die_error(_T("GetExitCodeProcess(MailSender2_2)"));
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);
    _tremove(HANDLE_FILE);
    show_handles(_T("after MailSender2_2 has ended"));
    if (exitCode != 0 && isNotInheritable)
        report(_T("hint: the handle itself is not inheritable: SECURITY_ATTRIBUTES had bInheritHandle = FALSE"));
    if (exitCode != 0 && inheritsNothing)
        report(_T("hint: the child inherited nothing: CreateProcess had bInheritHandles = FALSE"));

    bool isSent = send_typed_mail(hMailSlot);
    CloseHandle(hMailSlot);
    return isSent && exitCode == 0 ? 0 : STATUS_FAILED;
}
