/*
 * handover.c - what the senders of this lesson do alike, and what 7-2 and 7-4 of the book are about.
 *
 * Shows   CreateFile with SECURITY_ATTRIBUTES: whether a child may inherit the handle is settled here.
 * With    MailSender2_1.c, MailSender2_2.c, InheritList.c
 */
#include <stdlib.h>

#include "handover.h"

HANDLE open_mailslot(const TCHAR *name, SECURITY_ATTRIBUTES *sa)
{
    TCHAR slotName[MAX_PATH];

    if (!format_text(slotName, MAX_PATH, _T("\\\\.\\mailslot\\%s"), name))
        die_usage(_T("--name: a slot's whole name has less than %d characters"), MAX_PATH);

    HANDLE hMailSlot = CreateFile(slotName, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, sa, OPEN_EXISTING,
                                  FILE_ATTRIBUTE_NORMAL, NULL);
    if (hMailSlot == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateFile(%s)"), slotName);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: start MailReceiver first, with the same --name"));
        exit(STATUS_FAILED);
    }
    return hMailSlot;
}

void send_mail(HANDLE hMailSlot, const TCHAR *message)
{
    DWORD bytesWritten;

    if (!WriteFile(hMailSlot, message, text_bytes(message), &bytesWritten, NULL))
        die_error(_T("WriteFile(mailslot)"));
}

void send_signed(HANDLE hMailSlot, const TCHAR *message)
{
    size_t chars = _tcslen(program_name()) + _tcslen(message) + 3;
    TCHAR *letter = malloc(chars * sizeof(TCHAR));

    if (letter == NULL)
        die_error(_T("malloc"));
    format_text(letter, chars, _T("%s: %s"), program_name(), message);
    send_mail(hMailSlot, letter);
    free(letter);
}

bool send_typed_mail(HANDLE hMailSlot, const TCHAR *prompt_text)
{
    const TCHAR *message;

    for (;;) {
        prompt(prompt_text);
        message = read_line();
        if (message == NULL)
            return false;
        if (_tcscmp(message, _T("exit")) == 0)
            return true;
        send_signed(hMailSlot, message);
    }
}

DWORD run_to_end(PROCESS_INFORMATION *pi)
{
    DWORD exitCode;

    if (ResumeThread(pi->hThread) == (DWORD)-1)
        die_error(_T("ResumeThread"));
    CloseHandle(pi->hThread);
    if (WaitForSingleObject(pi->hProcess, INFINITE) != WAIT_OBJECT_0)
        die_error(_T("WaitForSingleObject(process %lu)"), pi->dwProcessId);
    if (!GetExitCodeProcess(pi->hProcess, &exitCode))
        die_error(_T("GetExitCodeProcess(process %lu)"), pi->dwProcessId);
    CloseHandle(pi->hProcess);
    return exitCode;
}
