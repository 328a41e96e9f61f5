/*
 * win_socket.h - Winsock's own beginnings, for SocketServer.c and SocketClient.c.
 */
#ifndef WIN_SOCKET_H
#define WIN_SOCKET_H

#include "companion.h"

enum { DEFAULT_PORT = 7810, LISTENERS_MAX = 2 }; /* one for IPv6, one for IPv4 */

/* Winsock wants to be started before the first call; other systems know no such thing. */
void start_winsock(void);

/*
 * Listens on that port, with IPv6 and IPv4 as far as the computer has them, and gives the number of listeners. Of this
 * computer alone unless `is_any`. Port 0 becomes a free one. Ends the program when nothing can be had.
 */
int listen_on(SOCKET listeners[LISTENERS_MAX], DWORD *port, bool is_any);

/* Waits until one of them has somebody to accept. */
SOCKET wait_for_caller(const SOCKET listeners[], int count);

#endif
