/*
 * stream_visit.c - a thread for each client of a socket.
 *
 * Shows   pthread_create, and how to end a connection so that the other side gets all of the answer.
 * With    unix_socket_server.c, stream_service.c
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stream_service.h"

struct visit {
    int connection;
    unsigned long client;
    int patience;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_gone = PTHREAD_COND_INITIALIZER;
static unsigned long present; /* visits, under the lock */

/* Serves one client, tells what became of it, and closes the socket. */
static void serve_stream(int connection, unsigned long client, int patience)
{
    file_reply *reply = calloc(1, sizeof(*reply));
    const char *trouble = NULL;

    if (reply == NULL)
        die_error("calloc");
    unblock(connection);
    ssize_t length = read_request(connection, reply->data, CHUNK_BYTES, patience);
    if (length < 0) {
        trouble = "gone, or silent for too long, before it had asked";
    } else {
        begin_reply(reply, (size_t)length, length < CHUNK_BYTES);
        if (!send_reply(connection, reply, patience))
            trouble = "gone, or not reading for too long, before it had its answer";
    }
    end_reply(reply, client, trouble);

    /*
     * To close a socket with unread bytes in it resets the connection, and the client may lose the answer. So this
     * side ends, and what is still coming is read, within limits, until the other side has ended too.
     */
    shutdown(connection, SHUT_WR);
    for (int i = 0; trouble == NULL && i < 100; i++) {
        ssize_t bytes = read(connection, reply->data, CHUNK_BYTES);
        if (bytes == 0 || (bytes < 0 && errno != EAGAIN && errno != EINTR))
            break;
        if (bytes < 0 && !wait_for(connection, POLLIN, patience))
            break;
    }
    close(connection);
    free(reply);
}

static void *receive_visit(void *context)
{
    struct visit *visit = context;

    serve_stream(visit->connection, visit->client, visit->patience);
    free(visit);
    pthread_mutex_lock(&lock);
    if (--present == 0)
        pthread_cond_signal(&all_gone);
    pthread_mutex_unlock(&lock);
    return NULL;
}

void begin_visit(int connection, unsigned long client, int patience)
{
    pthread_t thread;
    struct visit *visit = malloc(sizeof(*visit));

    if (visit == NULL)
        die_error("malloc");
    *visit = (struct visit){connection, client, patience};
    pthread_mutex_lock(&lock);
    present++;
    pthread_mutex_unlock(&lock);
    errno = pthread_create(&thread, NULL, receive_visit, visit);
    if (errno != 0)
        die_error("pthread_create");
    pthread_detach(thread);
}

void wait_for_visits(void)
{
    pthread_mutex_lock(&lock);
    while (present > 0)
        pthread_cond_wait(&all_gone, &lock);
    pthread_mutex_unlock(&lock);
}
