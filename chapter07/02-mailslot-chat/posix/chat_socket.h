/*
 * chat_socket.h - how the sockets of a chat are named.
 */
#ifndef CHAT_SOCKET_H
#define CHAT_SOCKET_H

#include <sys/socket.h>
#include <sys/un.h>

/* Fills in the address for a name and gives its bytes. Ends the program when the name is too long. */
socklen_t chat_address(const char *name, struct sockaddr_un *address);

#endif
