/*
 * book_mail_receiver.c - does on the wire what the book's MailReceiver (listing 7-2) does.
 *
 * Run     BookMailReceiver NAME
 *             prints each message as it came, with the line break that may be in it, until one begins with "exit"
 */
#include "companion.h"

#define MESSAGE_CHARS 50

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR slotName[MAX_PATH], message[MESSAGE_CHARS + 1];
    DWORD bytesRead;

    companion_init(argv[0]);
    if (argc != 2)
        die_usage(_T("expected NAME"));
    format_text(slotName, MAX_PATH, _T("\\\\.\\mailslot\\%s"), argv[1]);

    HANDLE hMailSlot = CreateMailslot(slotName, 0, MAILSLOT_WAIT_FOREVER, NULL);
    if (hMailSlot == INVALID_HANDLE_VALUE)
        die_error(_T("CreateMailslot(%s)"), slotName);
    print(_T("ready\n"));

    for (;;) {
        if (!ReadFile(hMailSlot, message, MESSAGE_CHARS * sizeof(TCHAR), &bytesRead, NULL))
            die_error(_T("ReadFile"));
        message[bytesRead / sizeof(TCHAR)] = _T('\0');
        if (_tcsncmp(message, _T("exit"), 4) == 0)
            break;
        print(_T("%s"), message);
    }

    print(_T("end\n"));
    CloseHandle(hMailSlot);
    return 0;
}
