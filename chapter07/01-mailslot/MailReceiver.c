/*
 * MailReceiver.c - the receiving end of a mailslot (book: chapter 7, section 02, listing 7-2).
 *
 * Shows   CreateMailslot; ReadFile on a mailslot: one call reads one whole message.
 * Run     MailReceiver [--name NAME] [--timeout MS] [--count N]
 * With    MailSender.c, started after this one
 * POSIX   message_queue_receiver.c
 */
#include "companion.h"

#define MAIL_CHARS 512
#define MAIL_BYTES (MAIL_CHARS * sizeof(TCHAR))

/* Prints one message. Any program may have written it, so neither its length nor its characters can be trusted. */
static void print_message(TCHAR *message, DWORD bytesRead)
{
    /* ReadFile counts bytes; a string counts characters. */
    DWORD chars = bytesRead / sizeof(TCHAR);
    if (chars > MAIL_CHARS)
        chars = MAIL_CHARS;

    /* The book's MailSender sends the line break too. */
    if (chars > 0 && message[chars - 1] == _T('\n')) {
        chars--;
        if (chars > 0 && message[chars - 1] == _T('\r'))
            chars--;
    }

    /* A message has no terminator; printable_chars adds it. */
    print(_T("received: %s\n"), printable_chars(message, chars));

    if (bytesRead > MAIL_BYTES)
        report(_T("that message was longer than %lu bytes; only its beginning is shown"), (DWORD)MAIL_BYTES);
    else if (bytesRead % sizeof(TCHAR) != 0)
        report(_T("that message had %lu bytes, but a character has %lu: the last byte is left out"), bytesRead,
               (DWORD)sizeof(TCHAR));
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("mailbox");
    DWORD timeout = MAILSLOT_WAIT_FOREVER, count = 0, bytesRead;
    TCHAR slotName[MAX_PATH], message[MAIL_CHARS + 1];
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

    for (DWORD received = 1;; received++) {
        if (!ReadFile(hMailSlot, message, sizeof(message), &bytesRead, NULL)) {
            if (GetLastError() == ERROR_SEM_TIMEOUT) {
                print(_T("no mail for %lu ms\n"), timeout);
                CloseHandle(hMailSlot);
                return count == 0 ? 0 : STATUS_FAILED;
            }
            if (GetLastError() != ERROR_BROKEN_PIPE)
                die_error(_T("ReadFile"));
            bytesRead = 0; /* Wine's error for an empty message; Windows reads 0 bytes */
        }

        print_message(message, bytesRead);
        if (received == count || _tcscmp(message, _T("exit")) == 0)
            break;
    }

    CloseHandle(hMailSlot);
    return 0;
}
