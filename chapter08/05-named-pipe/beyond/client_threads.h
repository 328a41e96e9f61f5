/*
 * client_threads.h - a thread for each client, and an end of the process after the last of them.
 */
#ifndef CLIENT_THREADS_H
#define CLIENT_THREADS_H

#include <stdbool.h>

/* Calls serve(client) on a thread of its own. False when the system gives no thread; nothing has been called then. */
bool start_client_thread(void (*serve)(void *client), void *client);

/* Waits until the threads started so far have ended. For the thread that starts them. */
void wait_for_client_threads(void);

#endif
