/*
 * MailSender.c - the sending end of a mailslot (book: chapter 7, section 02, listing 7-3).
 *
 * Shows   CreateFile on a mailslot's name; WriteFile: one call sends one whole message.
 * Run     MailSender [--name NAME] [--to COMPUTER] [MESSAGE...]
 * With    MailReceiver.c, started before this one
 * POSIX   message_queue_sender.c
 */
#include "companion.h"

static const TCHAR *read_typed_message(void)
{
    prompt(_T("MY CMD >> "));
    return read_line();
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("mailbox"), *computer = _T("."), *message;
    TCHAR slotName[MAX_PATH];
    HANDLE hMailSlot;
    DWORD bytesWritten;
    bool isSent = true;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "send to the mailslot NAME (mailbox)"),
        OPTION_TEXT("--to", "COMPUTER", &computer,
                    "on that computer, or all of that domain; * is our domain (this one)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int arguments =
        parse_options(argc, argv, _T("Sends each MESSAGE to a mailslot; without one, each line that is typed."),
                      _T("[MESSAGE...]"), options);
    if (!format_text(slotName, MAX_PATH, _T("\\\\%s\\mailslot\\%s"), computer, name))
        die_usage(_T("--name, --to: a slot's whole name has less than %d characters"), MAX_PATH);

    /* Another sender may have the slot open for writing, and its owner has it open for reading: share both. */
    hMailSlot = CreateFile(slotName, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                           FILE_ATTRIBUTE_NORMAL, NULL);
    if (hMailSlot == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateFile(%s)"), slotName);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: start MailReceiver first, with the same --name"));
        return STATUS_FAILED;
    }

    for (int i = 1;; i++) {
        message = arguments > 0 ? argv[i] : read_typed_message();
        if (message == NULL) /* behind the last argument, or at the end of the input */
            break;

        /* The message is sent without a terminator: its length goes with it. */
        if (!WriteFile(hMailSlot, message, text_bytes(message), &bytesWritten, NULL)) {
            /* Longer than its owner lets the slot take, for one. That is no fault of the messages behind it. */
            report_error(_T("WriteFile(%s, %lu bytes)"), slotName, text_bytes(message));
            isSent = false;
        }
        if (_tcscmp(message, _T("exit")) == 0)
            break;
    }

    CloseHandle(hMailSlot);
    return isSent ? 0 : STATUS_FAILED;
}
