/*
 * in_page_error.h - in a mapped file, an I/O error is an exception at an ordinary memory access.
 */
#ifndef IN_PAGE_ERROR_H
#define IN_PAGE_ERROR_H

#include <windows.h>

/*
 * For AddVectoredExceptionHandler: when a page of a view cannot be read or written, it ends the program with a
 * message and status 1. Without it the program would crash.
 */
LONG CALLBACK end_at_in_page_error(EXCEPTION_POINTERS *exception);

#endif
