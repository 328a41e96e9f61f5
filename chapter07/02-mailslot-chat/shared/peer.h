/*
 * peer.h - what both chats share: the messages, the command line, and what is known of the other side.
 *
 * A message begins with a letter that tells what it is:
 *     H id      I am here; answered with the same, unless the id is known already
 *     T text    what was typed
 *     L         I leave
 *     A         answer to an L: nothing more will come from me
 * A mailslot keeps its messages in order, and so does a datagram socket. So whoever has read the A has read all that
 * was sent before it.
 */
#ifndef PEER_H
#define PEER_H

#include "companion.h"
#include "time_limit.h"

#define MAIL_CHARS 1024
#define TEXT_CHARS (MAIL_CHARS - 1) /* behind the letter */

/* How long nothing may come before check_peer is called: a peer that was killed has sent no L. */
#define CHECK_MS 500

/* How long an L waits for its A: a peer that is stopped does not answer. */
#define FAREWELL_MS 5000

/* ---- chat_options.c ---- */

/* Reads --me, --peer and --timeout. Ends the program when a name is missing or both are the same. */
void parse_names(int argc, TCHAR *argv[], const TCHAR **me, const TCHAR **peer, unsigned long *timeout);

/* ---- peer.c, for the thread that types ---- */

/* Sends the first H. `id` tells this run of the program from every other one; `timeout` is --timeout in ms. */
void greet_peer(const TCHAR *peer, const TCHAR *id, unsigned long timeout);

/*
 * Sends a T. Waits until the peer is there; when it goes meanwhile, until it has come back. Ends the program when all
 * of that takes longer than --timeout.
 */
void say_to_peer(const TCHAR *text);

/* Sends L, and waits until nothing more will come, or FAREWELL_MS or --timeout is over. */
void leave_peer(void);

/* ---- peer.c, for the thread that receives ---- */

/* Acts on a message, and on the silence after which one looks whether the peer is still there. */
void act_on_message(const TCHAR *message);
void check_peer(void);

/* ---- what the program does for peer.c ---- */

/* False when there is nobody to send it to, or the peer has not taken it within `limit_ms`. */
bool send_to_peer(TCHAR letter, const TCHAR *text, unsigned long limit_ms);

/* Whether a message could be sent now. */
bool can_reach_peer(void);

/* Prints a line that consists of three parts. For both threads. */
void show_line(const TCHAR *first, const TCHAR *second, const TCHAR *third);

/* ---- srw_lock.c, mutex_lock.c ---- */

/*
 * One lock for all that both threads know of the peer, and a wait for the other thread to change it. wait_for_change is
 * called with the lock held, gives it up while it waits, and is false when the time is over.
 */
void lock_peer(void);
void unlock_peer(void);
void tell_change(void);
bool wait_for_change(unsigned long timeout_ms);

#endif
