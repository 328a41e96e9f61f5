/*
 * MailSender2_2.c - sends through a mailslot that it has never opened (book: chapter 8, section 01, listing 8-2).
 *
 * Shows   A number becomes a handle again: it is read whole, and checked, since it may be any number.
 * Run     MailSender2_2 [--handles]
 * With    MailSender2_1.c, which starts it and leaves the number in InheritableHandle.txt
 * POSIX   inherit_child.c
 */
#include <stdlib.h>

#include "handle_table.h"

#define HANDLE_FILE   _T("InheritableHandle.txt")
#define MESSAGE_CHARS 512

static HANDLE read_handle_file(void)
{
    TCHAR number[64] = _T("");
    HANDLE hMailSlot;

    FILE *file = _tfopen(HANDLE_FILE, _T("r"));
    if (file == NULL) {
        report(_T("there is no %s in the current directory"), HANDLE_FILE);
        report(_T("hint: start MailSender2_1; it writes the file and starts this program"));
        exit(STATUS_FAILED);
    }
    _fgetts(number, 64, file);
    fclose(file);

    number[_tcscspn(number, _T("\r\n"))] = _T('\0');
    if (!parse_handle(number, &hMailSlot)) {
        report(_T("%s: '%s' is no handle; a whole number is expected, such as 172 or 0xAC"), HANDLE_FILE, number);
        exit(STATUS_FAILED);
    }
    return hMailSlot;
}

/* Sends what is typed with the sender's name, until "exit", which is not sent: the parent still sends. */
static bool send_typed_mail(HANDLE hMailSlot)
{
    TCHAR message[MESSAGE_CHARS];
    DWORD bytesWritten;

    for (bool isSent = true;;) {
        prompt(_T("MailSender2_2 >> "));
        const TCHAR *line = read_line();
        if (line == NULL || _tcscmp(line, _T("exit")) == 0)
            return isSent;
        if (!format_text(message, MESSAGE_CHARS, _T("MailSender2_2: %s"), line))
            report(_T("a message has less than %d characters; this one is not sent"), MESSAGE_CHARS);
        else if (!WriteFile(hMailSlot, message, text_bytes(message), &bytesWritten, NULL))
            report_error(_T("WriteFile(mailslot, %lu bytes)"), text_bytes(message));
        else
            continue;
        isSent = false;
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    bool showsHandles = false;

    const option_spec options[] = {
        OPTION_FLAG("--handles", &showsHandles, "show the handle table"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Sends what is typed through a mailslot that its parent has opened."), NULL, options);
    watch_handles(showsHandles);

    HANDLE hMailSlot = read_handle_file();
    check_handle(hMailSlot, _T("mailslot"));
    show_handles(_T("that were inherited"));

    bool isSent = send_typed_mail(hMailSlot);
    CloseHandle(hMailSlot);
    return isSent ? 0 : STATUS_FAILED;
}
