/*
 * copy_guard.h - what keeps a copy from doing harm.
 */
#ifndef COPY_GUARD_H
#define COPY_GUARD_H

#include "companion.h"

/* From now on Ctrl+C does not end the program: is_cancelled says so, and sets ERROR_CANCELLED. */
void watch_for_ctrl_c(void);
bool is_cancelled(void);

/* Whether the path `to` leads to the file that is open as hFrom, by whatever name. */
bool is_same_file(HANDLE hFrom, const TCHAR *to);

#endif
