/*
 * TakeHandle.c - sends through a mailslot whose handle it has inherited (not in the book).
 *
 * Shows   The number comes as an argument, or in an environment variable; then it is checked.
 * Run     TakeHandle [--handle HANDLE] MESSAGE...
 * With    PassHandle.c and InheritList.c, which start it
 * POSIX   inherit_child.c
 */
#include <stdlib.h>

#include "handle_table.h"

#define HANDLE_VARIABLE _T("INHERITED_MAILSLOT")
#define MESSAGE_CHARS   512

/* Sends "TakeHandle: MESSAGE", since a mailslot does not tell who has sent it. */
static void send_signed(HANDLE hMailSlot, const TCHAR *message)
{
    TCHAR text[MESSAGE_CHARS];
    DWORD bytesWritten;

    if (!format_text(text, MESSAGE_CHARS, _T("TakeHandle: %s"), message)) {
        report(_T("a message has less than %d characters; this one is not sent"), MESSAGE_CHARS);
        exit(STATUS_FAILED);
    }
    if (!WriteFile(hMailSlot, text, text_bytes(text), &bytesWritten, NULL))
        die_error(_T("WriteFile(mailslot)"));
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *value = NULL;
    TCHAR found[64];
    HANDLE hMailSlot;

    const option_spec options[] = {
        OPTION_TEXT("--handle", "HANDLE", &value, "the number of the handle (as INHERITED_MAILSLOT says)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int messages = parse_options(argc, argv, _T("Sends each MESSAGE through a mailslot that its parent has opened."),
                                 _T("MESSAGE..."), options);

    if (value == NULL) {
        DWORD chars = GetEnvironmentVariable(HANDLE_VARIABLE, found, 64);
        if (chars == 0 || chars >= 64) {
            report(_T("there is no --handle, and no handle in the environment variable %s"), HANDLE_VARIABLE);
            report(_T("hint: start PassHandle; it starts this program"));
            return STATUS_FAILED;
        }
        value = found;
    }
    if (!parse_handle(value, &hMailSlot)) {
        report(_T("'%s' is no handle; a whole number is expected, such as 172 or 0xAC"), value);
        return STATUS_FAILED;
    }
    check_handle(hMailSlot, _T("mailslot"));

    for (int i = 1; i <= messages; i++)
        send_signed(hMailSlot, argv[i]);
    CloseHandle(hMailSlot);
    return 0;
}
