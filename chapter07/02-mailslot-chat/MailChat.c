/*
 * MailChat.c - one side of a conversation: reads its own mailslot, writes to the other side's (not in the book).
 *
 * Shows   CreateMailslot and CreateFile: a mailslot is one-way, so a conversation takes two. CreateThread: ReadFile on
 *         the slot and reading the keyboard both wait, so each has a thread of its own. FILE_FLAG_OVERLAPPED and
 *         CancelIoEx: a write that takes no longer than --timeout.
 * Run     MailChat --me NAME --peer NAME [--timeout MS]
 * With    another MailChat.c, with the two names exchanged; peer.c, srw_lock.c, screen.c, chat_options.c
 * POSIX   mail_chat.c
 */
#include "companion.h"

#include "beyond/screen.h"
#include "shared/peer.h"

static TCHAR peerSlotName[MAX_PATH];
static HANDLE hWritten; /* event: a message has been written */
static volatile LONG isLeaving;

/* INVALID_HANDLE_VALUE when the peer has no slot. */
static HANDLE open_peer_slot(void)
{
    HANDLE hPeerSlot = CreateFile(peerSlotName, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                                  FILE_FLAG_OVERLAPPED, NULL);
    if (hPeerSlot == INVALID_HANDLE_VALUE && GetLastError() != ERROR_FILE_NOT_FOUND)
        die_error(_T("CreateFile(%s)"), peerSlotName);
    return hPeerSlot;
}

bool can_reach_peer(void)
{
    HANDLE hPeerSlot = open_peer_slot();
    if (hPeerSlot == INVALID_HANDLE_VALUE)
        return false;
    CloseHandle(hPeerSlot);
    return true;
}

/*
 * The slot is opened for each message: an open handle does not tell that its reader has ended, and a reader that has
 * come back has made a new slot.
 */
bool send_to_peer(TCHAR letter, const TCHAR *text, unsigned long limit_ms)
{
    TCHAR message[MAIL_CHARS + 1];
    OVERLAPPED operation = {0};
    DWORD bytesWritten;

    HANDLE hPeerSlot = open_peer_slot();
    if (hPeerSlot == INVALID_HANDLE_VALUE)
        return false;
    format_text(message, MAIL_CHARS + 1, _T("%c%s"), letter, text);
    operation.hEvent = hWritten;
    /* With FILE_FLAG_OVERLAPPED WriteFile only begins. Under Wine its end may wait for a reader that is stopped. */
    bool isSuccess = WriteFile(hPeerSlot, message, text_bytes(message), NULL, &operation) != FALSE ||
                     GetLastError() == ERROR_IO_PENDING;
    if (isSuccess && WaitForSingleObject(hWritten, limit_ms) == WAIT_TIMEOUT)
        CancelIoEx(hPeerSlot, &operation);
    /* Until this returns, the system may still read the message. */
    isSuccess = isSuccess && GetOverlappedResult(hPeerSlot, &operation, &bytesWritten, TRUE);
    if (!isSuccess && GetLastError() != ERROR_OPERATION_ABORTED)
        report_error(_T("WriteFile(%s)"), peerSlotName);
    CloseHandle(hPeerSlot);
    return isSuccess;
}

/* The second thread: acts on what arrives, until the program leaves. Any program may write to the slot. */
static DWORD WINAPI read_slot(LPVOID hMailSlot)
{
    TCHAR message[MAIL_CHARS + 1];
    DWORD bytesRead;

    while (!isLeaving) {
        if (!ReadFile(hMailSlot, message, MAIL_CHARS * sizeof(TCHAR), &bytesRead, NULL)) {
            if (GetLastError() == ERROR_SEM_TIMEOUT) {
                check_peer(); /* nothing has come for CHECK_MS */
                continue;
            }
            if (GetLastError() == ERROR_OPERATION_ABORTED) /* by CancelSynchronousIo */
                break;
            if (GetLastError() != ERROR_BROKEN_PIPE)
                die_error(_T("ReadFile"));
            bytesRead = 0; /* Wine's error for an empty message; Windows reads 0 bytes */
        }
        act_on_message(printable_chars(message, bytesRead / sizeof(TCHAR)));
    }
    return 0;
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *me, *peer, *text;
    TCHAR slotName[MAX_PATH], id[64];
    DWORD timeout;

    companion_init(argv[0]);
    parse_names(argc, argv, &me, &peer, &timeout);
    if (!format_text(slotName, MAX_PATH, _T("\\\\.\\mailslot\\%s"), me) ||
        !format_text(peerSlotName, MAX_PATH, _T("\\\\.\\mailslot\\%s"), peer))
        die_usage(_T("--me, --peer: a slot's whole name has less than %d characters"), MAX_PATH);

    HANDLE hMailSlot = CreateMailslot(slotName, MAIL_CHARS * sizeof(TCHAR), CHECK_MS, NULL);
    if (hMailSlot == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateMailslot(%s)"), slotName);
        if (GetLastError() == ERROR_ALREADY_EXISTS)
            report(_T("hint: another program has this name; end it, or choose another --me"));
        return STATUS_FAILED;
    }

    hWritten = CreateEvent(NULL, TRUE, FALSE, NULL);
    if (hWritten == NULL)
        die_error(_T("CreateEvent"));
    open_screen();
    /* A process id may be used again; together with the time it is unique. */
    format_text(id, 64, _T("%lu-%llu"), GetCurrentProcessId(), GetTickCount64());
    greet_peer(peer, id, timeout);
    HANDLE hThread = CreateThread(NULL, 0, read_slot, hMailSlot, 0, NULL);
    if (hThread == NULL)
        die_error(_T("CreateThread"));

    while ((text = read_typed_line()) != NULL && _tcscmp(text, _T("exit")) != 0) {
        if (_tcslen(text) > TEXT_CHARS)
            report(_T("not sent: that line has %lu characters, and %d is the most"), (DWORD)_tcslen(text), TEXT_CHARS);
        else
            say_to_peer(text);
    }
    leave_peer();

    /*
     * The end of the process ends the thread, too, but under Wine 10 it may hang when that is within a call. A ReadFile
     * that CancelSynchronousIo does not meet ends after CHECK_MS.
     */
    isLeaving = TRUE;
    CancelSynchronousIo(hThread);
    WaitForSingleObject(hThread, FAREWELL_MS);
    CloseHandle(hThread);
    CloseHandle(hWritten);
    CloseHandle(hMailSlot);
    return 0;
}
