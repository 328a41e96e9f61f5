/*
 * time_limit.h - a client's --timeout, which counts over the whole exchange (POSIX).
 */
#ifndef TIME_LIMIT_H
#define TIME_LIMIT_H

#include <sys/time.h>

/* From now on the exchange may take `ms`. */
void begin_time_limit(unsigned long ms);

/* How many milliseconds of it are left; 0: the time is over. */
int time_left(void);

/* The same for setsockopt with SO_RCVTIMEO and SO_SNDTIMEO, for which 0 would mean no limit: never 0. */
struct timeval time_left_for_call(void);

/* Says that the time is over. */
void report_time_over(void);

#endif
