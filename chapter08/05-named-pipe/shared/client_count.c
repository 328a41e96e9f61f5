/*
 * client_count.c - how many clients the threads of a server are serving (POSIX).
 *
 * Shows   A mutex and a condition variable: waiting for detached threads, for which there is no pthread_join.
 * With    unix_socket_server.c, socket_server.c
 */
#include "client_count.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_served = PTHREAD_COND_INITIALIZER;
static unsigned long clients; /* under the lock */

void count_client(void)
{
    pthread_mutex_lock(&lock);
    clients++;
    pthread_mutex_unlock(&lock);
}

void uncount_client(void)
{
    pthread_mutex_lock(&lock);
    if (--clients == 0)
        pthread_cond_signal(&all_served);
    pthread_mutex_unlock(&lock);
}

void wait_for_clients(void)
{
    pthread_mutex_lock(&lock);
    while (clients > 0)
        pthread_cond_wait(&all_served, &lock);
    pthread_mutex_unlock(&lock);
}
