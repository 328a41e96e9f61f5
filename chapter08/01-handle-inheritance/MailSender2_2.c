/*
 * MailSender2_2.c - sends through a mailslot that it never opened (book 8-1, 8-2).
 *
 * Shows   A number becomes a handle: read whole, and checked, for it may be anything.
 * Run     MailSender2_2 [--handle HANDLE] [--from PLACE] [--handles] [MESSAGE...]
 * With    MailSender2_1.c and InheritList.c, which start it; handover.c
 * POSIX   inherit_child.c
 */
#include <stdlib.h>

#include "handle_table.h"
#include "beyond/handover.h"

/* The first line of the file, or an empty text. */
static void read_handle_file(TCHAR *value, int value_chars)
{
    FILE *file = _tfopen(HANDLE_FILE, _T("r"));

    if (file == NULL) {
        report(_T("there is no %s in the current directory"), HANDLE_FILE);
        exit(STATUS_FAILED);
    }
    if (_fgetts(value, value_chars, file) == NULL)
        value[0] = _T('\0');
    fclose(file);
    value[_tcscspn(value, _T("\r\n"))] = _T('\0');
}

/* Looks where MailSender2_1 has left the value. */
static void find_value(const TCHAR *place, TCHAR *value, DWORD value_chars)
{
    if (_tcscmp(place, _T("file")) == 0) {
        read_handle_file(value, (int)value_chars);
    } else if (_tcscmp(place, _T("environment")) == 0) {
        DWORD chars = GetEnvironmentVariable(HANDLE_VARIABLE, value, value_chars);
        if (chars == 0 || chars >= value_chars) {
            report(_T("the environment variable %s has no handle"), HANDLE_VARIABLE);
            exit(STATUS_FAILED);
        }
    } else {
        die_usage(_T("--from: '%s' is none of file, environment"), place);
    }
}

/* Makes sure that it is a mailslot before anything is written into it. */
static HANDLE take_mailslot(const TCHAR *value)
{
    HANDLE hMailSlot;
    handle_row row;

    if (!parse_handle(value, &hMailSlot)) {
        report(_T("'%s' is no handle: a whole number is expected, as 0xAC or 172"), value);
        exit(STATUS_FAILED);
    }
    if (!read_handle(hMailSlot, &row)) {
        report_error(_T("GetHandleInformation(%s)"), value);
        report(_T("hint: this process has no such handle; it was not inherited, or the number is an old one"));
        exit(STATUS_FAILED);
    }
    if (_tcscmp(row.kind, _T("mailslot")) != 0 || (row.access & FILE_WRITE_DATA) == 0) {
        report(_T("handle %s is a %s here, no mailslot to write to; the number means something in another process"),
               value, row.kind);
        exit(STATUS_FAILED);
    }
    free(row.name);
    return hMailSlot;
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *value = NULL, *place = NULL;
    TCHAR found[64];
    bool isHandles = false;

    const option_spec options[] = {
        OPTION_TEXT("--handle", "HANDLE", &value, "the number of the inherited handle"),
        OPTION_TEXT("--from", "PLACE", &place, "look for it in the file InheritableHandle.txt or the environment"),
        OPTION_FLAG("--handles", &isHandles, "show the handle table"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int messages = parse_options(
        argc, argv, _T("Sends each MESSAGE, or what is typed, through a mailslot that its parent has opened."),
        _T("[MESSAGE...]"), options);
    if ((value == NULL) == (place == NULL))
        die_usage(_T("one of --handle and --from is needed; MailSender2_1 starts this program with it"));
    watch_handles(isHandles);

    if (place != NULL) {
        find_value(place, found, 64);
        value = found;
    }
    HANDLE hMailSlot = take_mailslot(value);
    show_handles(_T("that were inherited"));

    for (int i = 1; i <= messages; i++)
        send_signed(hMailSlot, argv[i]);
    if (messages == 0)
        send_typed_mail(hMailSlot, _T("MailSender2_2 >> "));
    CloseHandle(hMailSlot);
    return 0;
}
