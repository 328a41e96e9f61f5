/*
 * time_limit.c - how much of a client's --timeout is left.
 *
 * Shows   A limit for each call is no limit for all of them: a server that sends one byte now and then keeps each call
 *         short, and the exchange endless. So each call gets what the calls before it have left.
 * With    named_pipe_client.c, unix_socket_client.c, socket_client.c
 */
#include "time_limit.h"

#include "companion.h"
#include "now_ms.h"

static unsigned long limit_ms;
static long long end_ms;

void begin_time_limit(unsigned long ms)
{
    limit_ms = ms;
    end_ms = now_ms() + (long long)ms;
}

int time_left(void)
{
    long long left = end_ms - now_ms();

    return left > 0 ? (int)left : 0;
}

struct timeval time_left_for_call(void)
{
    const int left = time_left();
    struct timeval limit = {.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000};

    if (left == 0)
        limit.tv_usec = 1;
    return limit;
}

void report_time_over(void)
{
    report("the time is over: %lu ms", limit_ms);
}
