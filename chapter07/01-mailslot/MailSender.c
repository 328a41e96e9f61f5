/*
 * MailSender.c - the sending end of a mailslot (book 7-2).
 *
 * Shows   CreateFile on a mailslot's name; WriteFile on it: one call, one whole message.
 * Run     MailSender [--name NAME] [--to COMPUTER] [MESSAGE...]
 * With    MailReceiver.c, started before this one
 * POSIX   message_queue_sender.c
 */
#include "companion.h"

static void send_mail(HANDLE hMailSlot, const TCHAR *slotName, const TCHAR *message)
{
    DWORD bytesWritten;

    /* The message goes without a terminator: its length travels with it. */
    if (!WriteFile(hMailSlot, message, text_bytes(message), &bytesWritten, NULL))
        die_error(_T("WriteFile(%s)"), slotName);
}

/* Sends what is typed, line by line, until "exit" has been sent or the input ends. */
static void send_typed_mail(HANDLE hMailSlot, const TCHAR *slotName)
{
    const TCHAR *message;

    do {
        prompt(_T("MY CMD >> "));
        message = read_line();
        if (message == NULL)
            return;
        send_mail(hMailSlot, slotName, message);
    } while (_tcscmp(message, _T("exit")) != 0);
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("mailbox");
    const TCHAR *computer = _T(".");
    TCHAR slotName[MAX_PATH];
    HANDLE hMailSlot;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "send to the mailslot NAME (mailbox)"),
        OPTION_TEXT("--to", "COMPUTER", &computer, "on that computer; * is every one of the domain (this one)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int messages =
        parse_options(argc, argv, _T("Sends each MESSAGE to a mailslot; without one, each line that is typed."),
                      _T("[MESSAGE...]"), options);
    if (!format_text(slotName, MAX_PATH, _T("\\\\%s\\mailslot\\%s"), computer, name))
        die_usage(_T("--name, --to: a slot's whole name has less than %d characters"), MAX_PATH);

    /* Another sender may have the slot open too, and the receiver has it open for reading: share both. */
    hMailSlot = CreateFile(slotName, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                           FILE_ATTRIBUTE_NORMAL, NULL);
    if (hMailSlot == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateFile(%s)"), slotName);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: start MailReceiver first, with the same --name"));
        return STATUS_FAILED;
    }

    if (messages == 0)
        send_typed_mail(hMailSlot, slotName);
    for (int i = 1; i <= messages; i++)
        send_mail(hMailSlot, slotName, argv[i]);

    CloseHandle(hMailSlot);
    return 0;
}
