/*
 * time_limit.h - a clock that nobody sets, and a program's --timeout, which counts over a whole exchange.
 *
 * A limit for each call is no limit for all of them: a partner that sends one byte now and then keeps each call short,
 * and the exchange endless. So each call gets what the calls before it have left.
 */
#ifndef TIME_LIMIT_H
#define TIME_LIMIT_H

#include <tchar.h>
#ifndef _WIN32
#include <sys/time.h>
#include <time.h>
#endif

/* What stands for "no limit"; for Win32's waits it is INFINITE. */
#define NO_TIME_LIMIT 0xFFFFFFFFUL

/* Milliseconds since some moment. */
long long now_ms(void);

/* From now on the exchange may take `ms`, or as long as it likes (NO_TIME_LIMIT). For one thread. */
void begin_time_limit(unsigned long ms);

/* How many milliseconds of it are left; 0: the time is over. NO_TIME_LIMIT: there is no end, or it never began. */
unsigned long time_left(void);

/* Says that the time is over, and for what this program has waited: "the answer". */
void report_time_over(const TCHAR *waited_for);

/* The same, then ends the program with STATUS_FAILED. */
_Noreturn void die_time_over(const TCHAR *waited_for);

#ifndef _WIN32
/* What is left, for SO_RCVTIMEO and SO_SNDTIMEO. To those 0 means no limit: it is given for NO_TIME_LIMIT alone. */
struct timeval time_left_for_call(void);

/* The time of day `ms` from now, for sem_timedwait, pthread_mutex_timedlock and pthread_cond_timedwait. */
struct timespec deadline_after(unsigned long ms);
#endif

#endif
