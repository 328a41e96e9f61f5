/*
 * now_ms.c - a clock for time limits.
 *
 * Shows   CLOCK_MONOTONIC.
 * With    time_limit.c, unix_socket_server.c, socket_server.c
 */
#include "now_ms.h"

#include <time.h>

long long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}
