/*
 * MailChat.c - one side of a conversation: a mailslot to receive, and the other side's mailslot to send (book 7-2).
 *
 * Shows   A mailslot is one-way, so a conversation takes two. To read slot and keyboard at once takes two threads.
 * Run     MailChat --me NAME --peer NAME
 * With    another MailChat.c, with the two names exchanged; peer.c, screen.c
 * POSIX   mail_chat.c
 */
#include "companion.h"

#include "shared/peer.h"
#include "shared/screen.h"

/* Shows what arrives, for as long as the program runs. Any program may write into the slot. */
static DWORD WINAPI listen_to_slot(LPVOID hMailSlot)
{
    TCHAR message[MAIL_CHARS + 1];
    DWORD bytesRead;

    for (;;) {
        if (!ReadFile(hMailSlot, message, MAIL_BYTES, &bytesRead, NULL)) {
            switch (GetLastError()) {
            case ERROR_SEM_TIMEOUT:
                look_after_peer();
                continue;
            case ERROR_BROKEN_PIPE: /* what Wine makes of an empty message; a mailslot cannot break */
                bytesRead = 0;
                break;
            default:
                die_error(_T("ReadFile"));
            }
        }

        DWORD chars = bytesRead / sizeof(TCHAR);
        message[chars] = _T('\0');
        /* A NUL within the text would hide the rest. */
        for (DWORD i = 0; i < chars; i++) {
            if (message[i] == _T('\0'))
                message[i] = _T('?');
        }
        hear_peer(message);
    }
}

/* Sends what is typed until "exit" or the end of the input. */
static void send_typed_text(void)
{
    const TCHAR *text;

    while ((text = read_typed_line()) != NULL && _tcscmp(text, _T("exit")) != 0) {
        if (_tcslen(text) > TEXT_CHARS)
            report(_T("not sent: that line has %lu characters, and %d is the most"), (DWORD)_tcslen(text), TEXT_CHARS);
        else
            say_to_peer(text);
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *me = NULL, *peer = NULL;
    TCHAR slotName[MAX_PATH], peerSlotName[MAX_PATH];

    const option_spec options[] = {
        OPTION_TEXT("--me", "NAME", &me, "my name, and that of the mailslot I read"),
        OPTION_TEXT("--peer", "NAME", &peer, "the other side's name, and that of the mailslot I write to"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Talks to another MailChat, line by line, until \"exit\" is typed."), NULL, options);
    if (me == NULL || peer == NULL)
        die_usage(_T("%s NAME is missing"), me == NULL ? _T("--me") : _T("--peer"));
    if (_tcsicmp(me, peer) == 0)
        die_usage(_T("--me and --peer are both '%s', but a conversation takes two"), me);
    if (!format_text(slotName, MAX_PATH, _T("\\\\.\\mailslot\\%s"), me) ||
        !format_text(peerSlotName, MAX_PATH, _T("\\\\.\\mailslot\\%s"), peer))
        die_usage(_T("--me, --peer: a slot's whole name has less than %d characters"), MAX_PATH);

    HANDLE hMailSlot = CreateMailslot(slotName, MAIL_BYTES, LOOK_MS, NULL);
    if (hMailSlot == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateMailslot(%s)"), slotName);
        if (GetLastError() == ERROR_ALREADY_EXISTS)
            report(_T("hint: another program has this name; end it, or choose another --me"));
        return STATUS_FAILED;
    }

    open_screen();
    greet_peer(peer, peerSlotName);
    HANDLE hThread = CreateThread(NULL, 0, listen_to_slot, hMailSlot, 0, NULL);
    if (hThread == NULL)
        die_error(_T("CreateThread"));
    send_typed_text();
    leave_peer();

    /* The end of the process ends the thread, and with the last handle goes the slot. */
    return 0;
}
