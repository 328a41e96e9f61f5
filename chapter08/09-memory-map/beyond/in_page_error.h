/*
 * in_page_error.h - for a mapped file, an error of the disk is an exception at an ordinary memory access.
 */
#ifndef IN_PAGE_ERROR_H
#define IN_PAGE_ERROR_H

/* From now on, a page of a view that cannot be had ends the program with a message and status 1, not by a crash. */
void watch_for_in_page_errors(void);

#endif
