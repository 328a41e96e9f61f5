/*
 * peer.c - the other side of a chat: it comes, speaks, leaves, and may be killed at any moment.
 *
 * Shows   How two programs meet in either order and leave without losing a message (peer.h lists the messages).
 * With    MailChat.c, mail_chat.c, whose send_to_peer makes the calls
 */
#include "peer.h"

static const TCHAR *name;
static unsigned long line_ms;   /* --timeout: how long a line may take */
static unsigned long answer_ms; /* how long any other message, and the A, may take */
static TCHAR own_id[64];
static TCHAR peer_id[MAIL_CHARS + 1]; /* empty while the peer is not there; for the receiving thread only */

/* With the lock held: */
static bool is_here;            /* what is typed can be sent */
static bool nothing_more_comes; /* the peer has left, or has answered our L */

void greet_peer(const TCHAR *peer, const TCHAR *id, unsigned long timeout)
{
    name = peer;
    line_ms = timeout;
    answer_ms = timeout < FAREWELL_MS ? timeout : FAREWELL_MS;
    format_text(own_id, sizeof(own_id) / sizeof(own_id[0]), _T("%s"), id);

    /* Our own slot exists already. So the second of two always finds the first, in whichever order they start. */
    if (!send_to_peer(_T('H'), own_id, answer_ms))
        show_line(_T("waiting for "), name, _T(""));
}

void say_to_peer(const TCHAR *text)
{
    TCHAR what[MAIL_CHARS];
    bool was_here, is_sent = false;

    begin_time_limit(line_ms);
    lock_peer();
    do {
        was_here = is_here;
        if (is_here)
            is_here = is_sent = send_to_peer(_T('T'), text, time_left()); /* false: not before the peer's next H */
        else
            wait_for_change(time_left());
    } while (!is_sent && time_left() > 0);
    unlock_peer();
    if (is_sent)
        return;
    format_text(what, MAIL_CHARS, was_here ? _T("%s to read what has been sent; is it stopped?") : _T("%s to come"),
                name);
    die_time_over(what);
}

void leave_peer(void)
{
    begin_time_limit(answer_ms);
    lock_peer();
    if (send_to_peer(_T('L'), _T(""), time_left())) {
        /* Not anew after each change: check_peer tells one again and again, of a peer that is stopped, too. */
        while (!nothing_more_comes && time_left() > 0)
            wait_for_change(time_left());
    }
    unlock_peer();
}

static void peer_has_come(const TCHAR *id)
{
    if (id[0] == _T('\0') || _tcscmp(id, peer_id) == 0)
        return;
    if (peer_id[0] != _T('\0')) /* killed, and started again before check_peer has seen it */
        show_line(name, _T(" has left"), _T(""));

    format_text(peer_id, MAIL_CHARS + 1, _T("%s"), id);
    show_line(name, _T(" is here"), _T(""));
    lock_peer();
    nothing_more_comes = false;
    is_here = send_to_peer(_T('H'), own_id, answer_ms);
    tell_change();
    unlock_peer();
}

static void peer_has_left(void)
{
    if (peer_id[0] != _T('\0'))
        show_line(name, _T(" has left; waiting for it to come back"), _T(""));
    peer_id[0] = _T('\0');

    /* With the lock, so that no T goes out behind the A. */
    lock_peer();
    is_here = false;
    send_to_peer(_T('A'), _T(""), answer_ms);
    nothing_more_comes = true;
    tell_change();
    unlock_peer();
}

void act_on_message(const TCHAR *message)
{
    switch (message[0]) {
    case _T('H'):
        peer_has_come(message + 1);
        break;
    case _T('T'):
        show_line(name, _T(": "), message + 1);
        break;
    case _T('L'):
        peer_has_left();
        break;
    case _T('A'):
        lock_peer();
        nothing_more_comes = true;
        tell_change();
        unlock_peer();
        break;
    default:
        report(_T("somebody sent what is no message of a chat: '%s'"), message);
    }
}

void check_peer(void)
{
    if (peer_id[0] == _T('\0'))
        return;
    if (!can_reach_peer()) {
        peer_has_left();
        return;
    }

    /* If a message could not be sent, it may be tried again now. */
    lock_peer();
    is_here = true;
    tell_change();
    unlock_peer();
}
