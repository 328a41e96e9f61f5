/*
 * shortage.c - a server that is out of handles, threads or memory goes on: with a word, and without a busy loop.
 *
 * Shows   Errors that end by themselves as soon as a client leaves: EMFILE, ENFILE, ENOMEM, EAGAIN;
 *         ERROR_NO_SYSTEM_RESOURCES, ERROR_NOT_ENOUGH_MEMORY, ERROR_PIPE_BUSY.
 * With    the servers of beyond/, SocketServer.c, unix_socket_server.c, socket_server.c
 */
#include "shortage.h"

#ifndef _WIN32
#include <errno.h>
#include <time.h>
#endif

#include "companion.h"
#include "time_limit.h"

#define SILENT_MS 10000
#define MOMENT_MS 100

#ifdef _WIN32
static unsigned long last_call_error(void)
{
    return GetLastError();
}

static bool is_shortage(unsigned long error)
{
    return error != WSAECONNRESET;
}

static void wait_a_moment(void)
{
    Sleep(MOMENT_MS);
}
#else
static unsigned long last_call_error(void)
{
    return (unsigned long)errno;
}

static bool is_shortage(unsigned long error)
{
    return error != EINTR && error != ECONNABORTED && error != EPROTO;
}

static void wait_a_moment(void)
{
    const struct timespec moment = {.tv_nsec = MOMENT_MS * 1000000L};

    nanosleep(&moment, NULL);
}
#endif

void wait_out_shortage(const TCHAR *call, unsigned long client)
{
    static unsigned long last_error;
    static long long last_ms;
    const unsigned long error = last_call_error();

    if (!is_shortage(error))
        return;
    if (error != last_error || now_ms() - last_ms >= SILENT_MS) {
        last_error = error;
        last_ms = now_ms();
        report_error(_T("%s(client %lu)"), call, client);
        report(_T("hint: whoever is served is served on; client %lu waits until one of them leaves"), client);
    }
    wait_a_moment();
}
