/*
 * time_limit.c - how much of a program's --timeout is left.
 */
#include "time_limit.h"

#include <stdlib.h>

#include "companion.h"

static unsigned long limit_ms = NO_TIME_LIMIT;
static long long end_ms;

#ifdef _WIN32
long long now_ms(void)
{
    return (long long)GetTickCount64();
}
#else
long long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

struct timeval time_left_for_call(void)
{
    const unsigned long left = time_left();
    struct timeval limit = {.tv_sec = (time_t)(left / 1000), .tv_usec = (suseconds_t)(left % 1000 * 1000)};

    if (left == NO_TIME_LIMIT)
        return (struct timeval){0};
    if (left == 0)
        limit.tv_usec = 1;
    return limit;
}

struct timespec deadline_after(unsigned long ms)
{
    struct timespec deadline;

    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += (time_t)(ms / 1000);
    deadline.tv_nsec += (long)(ms % 1000) * 1000000;
    if (deadline.tv_nsec >= 1000000000) {
        deadline.tv_sec++;
        deadline.tv_nsec -= 1000000000;
    }
    return deadline;
}
#endif

void begin_time_limit(unsigned long ms)
{
    limit_ms = ms;
    end_ms = now_ms() + (long long)ms;
}

unsigned long time_left(void)
{
    if (limit_ms == NO_TIME_LIMIT)
        return NO_TIME_LIMIT;
    long long left = end_ms - now_ms();
    return left > 0 ? (unsigned long)left : 0;
}

void report_time_over(const TCHAR *waited_for)
{
    report(_T("the time is over: %lu ms, waiting for %s"), limit_ms, waited_for);
}

void die_time_over(const TCHAR *waited_for)
{
    report_time_over(waited_for);
    exit(STATUS_FAILED);
}
