/*
 * peer.c - the other side of a chat: comes, speaks, goes, and may be killed at any moment.
 *
 * Shows   CreateFile and WriteFile on the peer's mailslot. The slot is opened for each message: an open handle does not
 *         tell that its reader has gone, and a reader that has come back has a new slot.
 * With    MailChat.c
 */
#include "../shared/peer.h"
#include "../shared/screen.h"

/* A peer that does not answer an L, because it is stopped perhaps, is left without an answer. */
#define FAREWELL_MS 5000

static const TCHAR *name;
static TCHAR slotName[MAX_PATH]; /* a copy: the listening thread still uses it when main has returned */
static TCHAR ownId[64];
static TCHAR peerId[MAIL_CHARS + 1]; /* empty: not there */
static HANDLE hPeerIsHere;           /* an event, signaled while it is there */
static HANDLE hNothingMoreComes;     /* an event, signaled when it has left, or has answered our L */

/* Held while something is sent that depends on whether the peer is there. */
static CRITICAL_SECTION sending;

/* Sends one message. False when there is nobody to send it to. */
static bool send_message(TCHAR letter, const TCHAR *text)
{
    TCHAR message[MAIL_CHARS + 1];
    DWORD bytesWritten;

    HANDLE hPeerSlot = CreateFile(slotName, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                                  FILE_ATTRIBUTE_NORMAL, NULL);
    if (hPeerSlot == INVALID_HANDLE_VALUE) {
        if (GetLastError() != ERROR_FILE_NOT_FOUND)
            die_error(_T("CreateFile(%s)"), slotName);
        return false;
    }

    format_text(message, MAIL_CHARS + 1, _T("%c%s"), letter, text);
    BOOL isSuccess = WriteFile(hPeerSlot, message, text_bytes(message), &bytesWritten, NULL);
    if (!isSuccess)
        report_error(_T("WriteFile(%s)"), slotName);
    CloseHandle(hPeerSlot);
    return isSuccess != 0;
}

void greet_peer(const TCHAR *peerName, const TCHAR *peerSlotName)
{
    name = peerName;
    format_text(slotName, MAX_PATH, _T("%s"), peerSlotName);
    InitializeCriticalSection(&sending);
    hPeerIsHere = CreateEvent(NULL, TRUE, FALSE, NULL);
    hNothingMoreComes = CreateEvent(NULL, TRUE, FALSE, NULL);
    if (hPeerIsHere == NULL || hNothingMoreComes == NULL)
        die_error(_T("CreateEvent"));

    /* A process id may be used again; together with the time it is unique. */
    format_text(ownId, 64, _T("%lu-%llu"), GetCurrentProcessId(), GetTickCount64());
    if (!send_message(_T('H'), ownId))
        show_line(_T("waiting for "), name);
}

void say_to_peer(const TCHAR *text)
{
    bool isSent;

    do {
        WaitForSingleObject(hPeerIsHere, INFINITE);
        EnterCriticalSection(&sending);
        isSent = send_message(_T('T'), text);
        if (!isSent)
            ResetEvent(hPeerIsHere); /* until it says H again */
        LeaveCriticalSection(&sending);
    } while (!isSent);
}

void leave_peer(void)
{
    EnterCriticalSection(&sending);
    bool isTold = send_message(_T('L'), _T(""));
    LeaveCriticalSection(&sending);
    if (isTold)
        WaitForSingleObject(hNothingMoreComes, FAREWELL_MS);
}

static void meet(const TCHAR *id)
{
    if (id[0] == _T('\0') || _tcscmp(id, peerId) == 0)
        return;
    if (peerId[0] != _T('\0'))
        show_line(name, _T(" has left")); /* and has come back before we looked */

    format_text(peerId, MAIL_CHARS + 1, _T("%s"), id);
    show_line(name, _T(" is here"));
    EnterCriticalSection(&sending);
    ResetEvent(hNothingMoreComes);
    if (send_message(_T('H'), ownId))
        SetEvent(hPeerIsHere);
    LeaveCriticalSection(&sending);
}

static void part(void)
{
    EnterCriticalSection(&sending);
    ResetEvent(hPeerIsHere);
    send_message(_T('A'), _T(""));
    LeaveCriticalSection(&sending);

    if (peerId[0] != _T('\0'))
        show_line(name, _T(" has left; waiting for it to come back"));
    peerId[0] = _T('\0');
    SetEvent(hNothingMoreComes);
}

void hear_peer(TCHAR *message)
{
    TCHAR text[MAIL_CHARS + 2];

    switch (message[0]) {
    case _T('H'):
        meet(message + 1);
        break;
    case _T('T'):
        format_text(text, MAIL_CHARS + 2, _T(": %s"), printable(message + 1));
        show_line(name, text);
        break;
    case _T('L'):
        part();
        break;
    case _T('A'):
        SetEvent(hNothingMoreComes);
        break;
    default:
        report(_T("somebody sent what is no message of a chat: '%s'"), message);
    }
}

void look_after_peer(void)
{
    if (peerId[0] == _T('\0'))
        return;

    HANDLE hPeerSlot = CreateFile(slotName, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                                  FILE_ATTRIBUTE_NORMAL, NULL);
    if (hPeerSlot != INVALID_HANDLE_VALUE) {
        CloseHandle(hPeerSlot);
        SetEvent(hPeerIsHere); /* if a WriteFile has failed, it may be tried again now */
    } else if (GetLastError() == ERROR_FILE_NOT_FOUND) {
        part();
    }
}
