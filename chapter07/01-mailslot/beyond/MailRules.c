/*
 * MailRules.c - what a mailslot allows and what it refuses, each rule shown by the call itself.
 *
 * Shows   CreateMailslot, CreateFile, ReadFile and WriteFile where they fail: a mailslot is one-way and has one owner.
 * Run     MailRules [--name NAME]
 */
#include "companion.h"

/* Prints one experiment and its result. */
static void show_result(const TCHAR *experiment, bool isSuccess)
{
    if (isSuccess)
        print(_T("%s: works\n"), experiment);
    else
        print(_T("%s: error %lu\n"), experiment, GetLastError());
}

static HANDLE open_for_writing(const TCHAR *slotName)
{
    return CreateFile(slotName, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                      FILE_ATTRIBUTE_NORMAL, NULL);
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("rules");
    TCHAR slotName[MAX_PATH], message[8];
    DWORD bytes;
    HANDLE hCopy;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "try it on \\\\.\\mailslot\\NAME (rules)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Tries what a mailslot allows and what it refuses."), NULL, options);
    if (!format_text(slotName, MAX_PATH, _T("\\\\.\\mailslot\\%s"), name))
        die_usage(_T("--name: a slot's whole name has less than %d characters"), MAX_PATH);

    show_result(_T("open a slot that nobody has made"), open_for_writing(slotName) != INVALID_HANDLE_VALUE);

    HANDLE hReceiver = CreateMailslot(slotName, 0, 0, NULL);
    if (hReceiver == INVALID_HANDLE_VALUE)
        die_error(_T("CreateMailslot(%s)"), slotName);
    show_result(_T("make the slot"), true);
    show_result(_T("make it again"), CreateMailslot(slotName, 0, 0, NULL) != INVALID_HANDLE_VALUE);
    show_result(_T("read from the empty slot"), ReadFile(hReceiver, message, sizeof(message), &bytes, NULL));
    show_result(_T("write to the receiver's end"), WriteFile(hReceiver, _T("a"), sizeof(TCHAR), &bytes, NULL));

    HANDLE hSender = open_for_writing(slotName);
    show_result(_T("open it for writing"), hSender != INVALID_HANDLE_VALUE);
    show_result(_T("read from the sender's end"), ReadFile(hSender, message, sizeof(message), &bytes, NULL));
    show_result(_T("write to the sender's end"), WriteFile(hSender, _T("a"), sizeof(TCHAR), &bytes, NULL));

    HANDLE hSecondSender = open_for_writing(slotName);
    show_result(_T("open it for writing a second time"), hSecondSender != INVALID_HANDLE_VALUE);

    CloseHandle(hSecondSender);
    CloseHandle(hSender);

    /* The slot lives until the last handle that reads is closed. */
    if (!DuplicateHandle(GetCurrentProcess(), hReceiver, GetCurrentProcess(), &hCopy, 0, FALSE, DUPLICATE_SAME_ACCESS))
        die_error(_T("DuplicateHandle"));
    CloseHandle(hReceiver);
    show_result(_T("read through a duplicate of the closed handle"), ReadFile(hCopy, message, 8, &bytes, NULL));
    hSecondSender = open_for_writing(slotName);
    show_result(_T("open it for writing while the duplicate is open"), hSecondSender != INVALID_HANDLE_VALUE);
    CloseHandle(hSecondSender);
    CloseHandle(hCopy);
    show_result(_T("open it after the duplicate is closed"), open_for_writing(slotName) != INVALID_HANDLE_VALUE);
    return 0;
}
