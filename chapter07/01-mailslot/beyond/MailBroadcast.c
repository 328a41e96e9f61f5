/*
 * MailBroadcast.c - sends each message to several mailslots of this computer.
 *
 * Shows   CreateFile and WriteFile, once for each slot. A name has one owner, so one WriteFile reaches one receiver of
 *         this computer. A receiver that cannot be reached is named; the others get the message all the same.
 *         FILE_FLAG_OVERLAPPED and CancelIoEx: a write that takes no longer than --timeout.
 * Run     MailBroadcast --name NAME [--name NAME]... [--timeout MS] [MESSAGE...]
 * With    MailReceiver.c, started before this one, once for each NAME
 */
#include "companion.h"

#define SLOTS_MAX 64

static struct {
    TCHAR name[MAX_PATH];
    HANDLE hMailSlot; /* INVALID_HANDLE_VALUE when it cannot be reached */
} slots[SLOTS_MAX];
static HANDLE hWritten;
static DWORD timeout = INFINITE;
static int slotCount, reachedCount;
static bool isSent = true; /* every message to every slot that was reached */

static void open_slots(void)
{
    for (int i = 0; i < slotCount; i++) {
        slots[i].hMailSlot = CreateFile(slots[i].name, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                        OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
        if (slots[i].hMailSlot != INVALID_HANDLE_VALUE) {
            reachedCount++;
            continue;
        }
        report_error(_T("CreateFile(%s)"), slots[i].name);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: start MailReceiver first, with the same --name"));
    }
}

/* Writes to one slot, within --timeout: with FILE_FLAG_OVERLAPPED WriteFile only begins. */
static bool send_within_limit(HANDLE hMailSlot, const TCHAR *message)
{
    OVERLAPPED operation = {0};
    DWORD bytesWritten;

    operation.hEvent = hWritten;
    if (!WriteFile(hMailSlot, message, text_bytes(message), NULL, &operation) && GetLastError() != ERROR_IO_PENDING)
        return false;
    if (WaitForSingleObject(hWritten, timeout) == WAIT_TIMEOUT)
        CancelIoEx(hMailSlot, &operation);
    /* Until this returns, the system may still read our message. */
    if (GetOverlappedResult(hMailSlot, &operation, &bytesWritten, TRUE))
        return true;
    if (GetLastError() == ERROR_OPERATION_ABORTED)
        SetLastError(WAIT_TIMEOUT);
    return false;
}

static void broadcast(const TCHAR *message)
{
    for (int i = 0; i < slotCount; i++) {
        if (slots[i].hMailSlot == INVALID_HANDLE_VALUE || send_within_limit(slots[i].hMailSlot, message))
            continue;
        isSent = false;
        /* The slot may take the next message, if this one was only too long for it. If nobody reads, it will not. */
        if (GetLastError() != WAIT_TIMEOUT) {
            report_error(_T("WriteFile(%s, %lu bytes)"), slots[i].name, text_bytes(message));
            continue;
        }
        report(_T("%s has not taken a message within %lu ms: it gets no more"), slots[i].name, timeout);
        CloseHandle(slots[i].hMailSlot);
        slots[i].hMailSlot = INVALID_HANDLE_VALUE;
        reachedCount--;
    }
}

static const TCHAR *read_typed_message(void)
{
    prompt(_T("MY CMD >> "));
    return read_line();
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *names[SLOTS_MAX], *message;
    text_list nameList = {names, SLOTS_MAX, 0};

    const option_spec options[] = {
        OPTION_LIST("--name", "NAME", &nameList, "send to the mailslot NAME; give it again for each further one"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 1, INFINITE - 1,
                      "give a receiver MS at most for a message (no limit)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int arguments =
        parse_options(argc, argv, _T("Sends each MESSAGE to several mailslots; without one, each line that is typed."),
                      _T("[MESSAGE...]"), options);
    if (nameList.count == 0)
        die_usage(_T("--name NAME is missing"));

    hWritten = CreateEvent(NULL, TRUE, FALSE, NULL);
    if (hWritten == NULL)
        die_error(_T("CreateEvent"));
    slotCount = nameList.count;
    for (int i = 0; i < slotCount; i++) {
        if (!format_text(slots[i].name, MAX_PATH, _T("\\\\.\\mailslot\\%s"), names[i]))
            die_usage(_T("--name: a slot's whole name has less than %d characters"), MAX_PATH);
    }
    open_slots();

    /* Until "exit" has been sent, nothing more comes, or no receiver is left. */
    for (int i = 1; reachedCount > 0; i++) {
        message = arguments > 0 ? argv[i] : read_typed_message();
        if (message == NULL)
            break;
        broadcast(message);
        if (_tcscmp(message, _T("exit")) == 0)
            break;
    }

    for (int i = 0; i < slotCount; i++) {
        if (slots[i].hMailSlot != INVALID_HANDLE_VALUE)
            CloseHandle(slots[i].hMailSlot);
    }
    return reachedCount == slotCount && isSent ? 0 : STATUS_FAILED;
}
