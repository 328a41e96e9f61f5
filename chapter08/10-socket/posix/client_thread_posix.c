/*
 * client_thread_posix.c - a thread for each client of socket_server, as unix_socket_server has them.
 *
 * Shows   pthread_create, pthread_detach.
 * With    socket_server.c
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "../../05-named-pipe/shared/client_count.h"
#include "../shared/client_thread.h"

typedef struct client_thread {
    void (*serve)(socket_client *client);
    socket_client client;
} client_thread;

static void *run(void *context)
{
    client_thread *thread = context;

    thread->serve(&thread->client);
    free(thread);
    uncount_client();
    return NULL;
}

bool start_client(void (*serve)(socket_client *client), socket_handle connection, unsigned long number)
{
    client_thread *thread = calloc(1, sizeof(*thread));
    pthread_t id;

    if (thread == NULL)
        return false;
    thread->serve = serve;
    thread->client.connection = connection;
    thread->client.number = number;
    count_client();
    errno = pthread_create(&id, NULL, run, thread);
    if (errno == 0)
        return pthread_detach(id) == 0;
    uncount_client();
    free(thread);
    return false;
}

void wait_for_client_threads(void)
{
    wait_for_clients();
}
