/*
 * now_ms.c - a clock for time limits.
 *
 * Shows   GetTickCount64; CLOCK_MONOTONIC.
 * With    shortage.c, time_limit.c, unix_socket_server.c, socket_server.c
 */
#include "now_ms.h"

#ifdef _WIN32
#include <windows.h>

long long now_ms(void)
{
    return (long long)GetTickCount64();
}
#else
#include <time.h>

long long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}
#endif
