/*
 * now_ms.h - a clock for time limits.
 */
#ifndef NOW_MS_H
#define NOW_MS_H

/* Milliseconds since some moment. Unlike the time of day nobody sets it. */
long long now_ms(void);

#endif
