/*
 * shortage.c - a server that is out of descriptors, threads or memory goes on: with a word, and without a busy loop.
 *
 * Shows   EMFILE, ENFILE, ENOMEM, EAGAIN: errors that end by themselves as soon as a client leaves.
 * With    unix_socket_server.c, socket_server.c
 */
#include "shortage.h"

#include <errno.h>
#include <time.h>

#include "companion.h"

enum { SILENT_S = 10 };

void wait_out_shortage(const char *call, unsigned long client)
{
    static int last_error;
    static time_t last_s;
    const struct timespec moment = {.tv_nsec = 100000000};
    struct timespec now;

    if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (errno != last_error || now.tv_sec - last_s >= SILENT_S) {
        last_error = errno;
        last_s = now.tv_sec;
        report_error("%s(client %lu)", call, client);
        report("hint: whoever is served is served on; client %lu waits until one of them leaves", client);
    }
    nanosleep(&moment, NULL);
}
