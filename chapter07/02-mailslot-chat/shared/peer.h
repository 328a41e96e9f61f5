/*
 * peer.h - what a chat knows of its other side: whether it is there, and when nothing more will come from it.
 *
 * A message begins with a letter that tells what it is:
 *     H id      here I am; answered with the same, unless the id is known already
 *     T text    what was typed
 *     L         I leave
 *     A         I know that you leave: nothing more will come from me
 * Each slot keeps its messages in order, so whoever gets the A has got all that was sent before it.
 */
#ifndef PEER_H
#define PEER_H

#include "companion.h"

#define MAIL_CHARS 1024
#define MAIL_BYTES (MAIL_CHARS * sizeof(TCHAR))
#define TEXT_CHARS (MAIL_CHARS - 1) /* behind the letter */

/* How often a silent peer is looked after: one that was killed cannot say that it leaves. */
#define LOOK_MS 500

/* Says H to the peer, if it has a slot already; otherwise it will say H to us. */
void greet_peer(const TCHAR *peerName, const TCHAR *peerSlotName);

/* Sends a text. Waits until the peer is there; if it goes away meanwhile, until it has come back. */
void say_to_peer(const TCHAR *text);

/* Says L, and waits until nothing more will come. */
void leave_peer(void);

/* What to do with a message that has come, and what when none has come for a while. Both for one thread only. */
void hear_peer(TCHAR *message);
void look_after_peer(void);

#endif
