/*
 * MailSenderEndless.c - the mistake of the book's MailSender: neither "exit" nor the end of the input ends it.
 *
 * Shows   WriteFile on a mailslot, again and again. A line is compared with "exit" while its line break is still in it,
 *         and nobody looks for the end of the input: the last line is sent for ever. MailSender.c does both right.
 * Run     MailSenderEndless [--name NAME] [--limit N]
 * With    MailReceiver.c, started before this one
 */
#include "companion.h"

#define LINE_CHARS 512

/*
 * What _fgetts does: `line` gets the line with its line break. At the end of the input it stays as it was, and the
 * result says so; the book's program does not look at that.
 */
static bool read_line_with_break(TCHAR line[LINE_CHARS])
{
    const TCHAR *typed;

    prompt(_T("MY CMD >> "));
    typed = read_line();
    if (typed == NULL)
        return false;
    if (!format_text(line, LINE_CHARS, _T("%s\n"), typed))
        report(_T("that line was longer than %d characters; only its beginning is sent"), LINE_CHARS - 1);
    return true;
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("mailbox");
    TCHAR slotName[MAX_PATH], message[LINE_CHARS] = _T("");
    DWORD limit = 1000, bytesWritten;
    HANDLE hMailSlot;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "send to the mailslot NAME (mailbox)"),
        OPTION_NUMBER("--limit", "N", &limit, 1, 100000, "end after N messages, which the book's does not (1000)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Sends each line that is typed, and does not end as MailSender does."), NULL, options);
    if (!format_text(slotName, MAX_PATH, _T("\\\\.\\mailslot\\%s"), name))
        die_usage(_T("--name: a slot's whole name has less than %d characters"), MAX_PATH);

    hMailSlot = CreateFile(slotName, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                           FILE_ATTRIBUTE_NORMAL, NULL);
    if (hMailSlot == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateFile(%s)"), slotName);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: start MailReceiver first, with the same --name"));
        return STATUS_FAILED;
    }

    for (DWORD sent = 0; sent < limit; sent++) {
        read_line_with_break(message); /* the mistake: the result is not looked at */
        if (!WriteFile(hMailSlot, message, text_bytes(message), &bytesWritten, NULL))
            report_error(_T("WriteFile(%s, %lu bytes)"), slotName, text_bytes(message));
        else
            print(_T("sent %lu characters\n"), (DWORD)_tcslen(message));
        if (_tcscmp(message, _T("exit")) == 0) { /* never equal: message is "exit\n" */
            CloseHandle(hMailSlot);
            return 0;
        }
    }

    report(_T("stopped by --limit after %lu messages"), limit);
    CloseHandle(hMailSlot);
    return STATUS_FAILED;
}
