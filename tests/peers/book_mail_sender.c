/*
 * book_mail_sender.c - does on the wire what the book's MailSender (listing 7-3) does.
 *
 * Run     BookMailSender NAME [REPEATS]
 *             sends each line with its line break; at the end of the input, where the book's sends the last line for
 *             ever, REPEATS times (0)
 */
#include "companion.h"

#define MESSAGE_CHARS 50

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR slotName[MAX_PATH], message[MESSAGE_CHARS + 1] = _T("");
    unsigned long repeats = 0;
    DWORD bytesWritten;

    companion_init(argv[0]);
    if (argc < 2 || argc > 3 || (argc == 3 && !parse_number(argv[2], 0, 1000, &repeats)))
        die_usage(_T("expected NAME [REPEATS]"));
    format_text(slotName, MAX_PATH, _T("\\\\.\\mailslot\\%s"), argv[1]);

    HANDLE hMailSlot =
        CreateFile(slotName, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (hMailSlot == INVALID_HANDLE_VALUE)
        die_error(_T("CreateFile(%s)"), slotName);

    do {
        const TCHAR *line = read_line();
        if (line != NULL)
            format_text(message, MESSAGE_CHARS, _T("%s\n"), line);
        else if (repeats-- == 0)
            break;
        if (!WriteFile(hMailSlot, message, (DWORD)(_tcslen(message) * sizeof(TCHAR)), &bytesWritten, NULL))
            die_error(_T("WriteFile(%s)"), slotName);
    } while (_tcscmp(message, _T("exit")) != 0);

    CloseHandle(hMailSlot);
    return 0;
}
