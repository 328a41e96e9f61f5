/*
 * MailSender.c - the sending end of a mailslot, or of several (book 7-2).
 *
 * Shows   CreateFile on a mailslot's name; WriteFile on it: one call, one whole message. One to many is one call each.
 * Run     MailSender [--name NAME]... [--to COMPUTER] [MESSAGE...]
 * With    MailReceiver.c, started before this one
 * POSIX   message_queue_sender.c
 */
#include "companion.h"

#define SLOTS_MAX 64

typedef struct slot {
    TCHAR name[MAX_PATH];
    HANDLE hMailSlot; /* INVALID_HANDLE_VALUE once it cannot be reached */
} slot;

static slot slots[SLOTS_MAX];
static int slotCount, reachedCount;

static void open_slot(slot *to)
{
    /* Another sender may have the slot open too, and the receiver has it open for reading: share both. */
    to->hMailSlot = CreateFile(to->name, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                               FILE_ATTRIBUTE_NORMAL, NULL);
    if (to->hMailSlot == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateFile(%s)"), to->name);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: start MailReceiver first, with the same --name"));
        return;
    }
    reachedCount++;
}

/* Sends to all that can be reached. One that cannot be is named, and does not keep the mail from the others. */
static void send_mail(const TCHAR *message)
{
    DWORD bytesWritten;

    for (slot *to = slots; to < slots + slotCount; to++) {
        if (to->hMailSlot == INVALID_HANDLE_VALUE)
            continue;
        /* The message goes without a terminator: its length travels with it. */
        if (!WriteFile(to->hMailSlot, message, text_bytes(message), &bytesWritten, NULL)) {
            report_error(_T("WriteFile(%s)"), to->name);
            CloseHandle(to->hMailSlot);
            to->hMailSlot = INVALID_HANDLE_VALUE;
            reachedCount--;
        }
    }
}

/* Sends what is typed, line by line, until "exit" has been sent, the input ends, or nobody is left to read it. */
static void send_typed_mail(void)
{
    const TCHAR *message;

    do {
        prompt(_T("MY CMD >> "));
        message = read_line();
        if (message == NULL)
            return;
        send_mail(message);
    } while (reachedCount > 0 && _tcscmp(message, _T("exit")) != 0);
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *names[SLOTS_MAX] = {_T("mailbox")};
    text_list nameList = {names, SLOTS_MAX, 0};
    const TCHAR *computer = _T(".");

    const option_spec options[] = {
        OPTION_LIST("--name", "NAME", &nameList,
                    "send to the mailslot NAME (mailbox); give it again for each further one"),
        OPTION_TEXT("--to", "COMPUTER", &computer, "on that computer; * is every one of the domain (this one)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int messages =
        parse_options(argc, argv, _T("Sends each MESSAGE to a mailslot; without one, each line that is typed."),
                      _T("[MESSAGE...]"), options);

    slotCount = nameList.count > 0 ? nameList.count : 1;
    for (int i = 0; i < slotCount; i++) {
        if (!format_text(slots[i].name, MAX_PATH, _T("\\\\%s\\mailslot\\%s"), computer, names[i]))
            die_usage(_T("--name, --to: a slot's whole name has less than %d characters"), MAX_PATH);
    }
    for (int i = 0; i < slotCount; i++)
        open_slot(&slots[i]);

    if (messages == 0 && reachedCount > 0)
        send_typed_mail();
    for (int i = 1; i <= messages && reachedCount > 0; i++)
        send_mail(argv[i]);

    for (int i = 0; i < slotCount; i++) {
        if (slots[i].hMailSlot != INVALID_HANDLE_VALUE)
            CloseHandle(slots[i].hMailSlot);
    }
    return reachedCount == slotCount ? 0 : STATUS_FAILED;
}
