/*
 * MailReceiver.c - the receiving end of a mailslot (book 7-2).
 *
 * Shows   CreateMailslot; ReadFile on a mailslot: one call, one whole message.
 * Run     MailReceiver [--name NAME] [--timeout MS] [--count N]
 * With    MailSender.c, started after this one
 * POSIX   message_queue_receiver.c
 */
#include "companion.h"

#define MAIL_CHARS 512
#define MAIL_BYTES (MAIL_CHARS * sizeof(TCHAR))

/* Shows one message, which may come from any program: its length and its content are not to be trusted. */
static void show_mail(TCHAR *message, DWORD bytesRead)
{
    /* ReadFile counts bytes; the string counts characters, and the wire has no terminator. */
    DWORD chars = bytesRead / sizeof(TCHAR);
    if (chars > MAIL_CHARS)
        chars = MAIL_CHARS;
    message[chars] = _T('\0');

    /* A NUL within the text would hide the rest. */
    for (DWORD i = 0; i < chars; i++) {
        if (message[i] == _T('\0'))
            message[i] = _T('?');
    }
    print(_T("received: %s\n"), printable(message));

    if (bytesRead > MAIL_BYTES)
        report(_T("that message was longer than %lu bytes; only its beginning is shown"), (DWORD)MAIL_BYTES);
    else if (bytesRead % sizeof(TCHAR) != 0)
        report(_T("that message had %lu bytes, but a character has %lu: the last byte is left out"), bytesRead,
               (DWORD)sizeof(TCHAR));
}

/* Shows the mail until "exit" or message number `count` (0: no limit) comes. False when it stayed out too long. */
static bool receive_mail(HANDLE hMailSlot, DWORD timeout, DWORD count)
{
    TCHAR message[MAIL_CHARS + 1];
    DWORD bytesRead;

    for (DWORD received = 1;; received++) {
        if (!ReadFile(hMailSlot, message, sizeof(message), &bytesRead, NULL)) {
            switch (GetLastError()) {
            case ERROR_SEM_TIMEOUT:
                print(_T("no mail for %lu ms\n"), timeout);
                return count == 0;
            case ERROR_BROKEN_PIPE: /* what Wine makes of an empty message; a mailslot cannot break */
                bytesRead = 0;
                break;
            default:
                die_error(_T("ReadFile"));
            }
        }

        show_mail(message, bytesRead);
        if (received == count || _tcscmp(message, _T("exit")) == 0)
            return true;
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("mailbox");
    DWORD timeout = MAILSLOT_WAIT_FOREVER;
    DWORD count = 0;
    TCHAR slotName[MAX_PATH];
    HANDLE hMailSlot;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "receive on \\\\.\\mailslot\\NAME (mailbox)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 0, MAXDWORD - 1,
                      "end after MS without mail; 0 polls (wait for ever)"),
        OPTION_NUMBER("--count", "N", &count, 1, MAXDWORD, "end after N messages (no limit)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Makes a mailslot and prints the mail that arrives, until \"exit\" does."), NULL,
                  options);
    if (!format_text(slotName, MAX_PATH, _T("\\\\.\\mailslot\\%s"), name))
        die_usage(_T("--name: a slot's whole name has less than %d characters"), MAX_PATH);

    hMailSlot = CreateMailslot(slotName, MAIL_BYTES, timeout, NULL);
    if (hMailSlot == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateMailslot(%s)"), slotName);
        if (GetLastError() == ERROR_ALREADY_EXISTS)
            report(_T("hint: another program receives on this slot; end it, or choose another --name"));
        return STATUS_FAILED;
    }
    print(_T("waiting for mail on %s\n"), slotName);

    bool isSuccess = receive_mail(hMailSlot, timeout, count);
    CloseHandle(hMailSlot);
    return isSuccess ? 0 : STATUS_FAILED;
}
