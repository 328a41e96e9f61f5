/*
 * client_thread.h - a thread for each client of the servers of this lesson.
 */
#ifndef CLIENT_THREAD_H
#define CLIENT_THREAD_H

#include "../../05-named-pipe/shared/file_service.h"

enum { DEFAULT_PORT = 7810 };

#ifdef _WIN32
#include <winsock2.h>
typedef SOCKET socket_handle;
#else
typedef int socket_handle;
#endif

typedef struct socket_client {
    socket_handle connection;
    unsigned long number;
    file_reply reply;
} socket_client;

/*
 * Calls serve(client) on a thread of its own. False, with the error, where there is no memory or no thread for one
 * more: then nothing has been called.
 */
bool start_client(void (*serve)(socket_client *client), socket_handle connection, unsigned long number);

/* Waits until the threads of all of them have ended. For the thread that starts them. */
void wait_for_client_threads(void);

#endif
