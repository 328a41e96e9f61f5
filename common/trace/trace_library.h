/*
 * trace_library.h - in front of the library's own files, where they are compiled for a program with recorders: so that
 * what print writes, what read_line reads, and the status with which die_error ends the program are recorded, and
 * nothing else.
 */
#ifndef COMPANION_TRACE_LIBRARY_H
#define COMPANION_TRACE_LIBRARY_H

#include <windows.h>

#include <process.h>
#include <stdlib.h>
#include <tlhelp32.h>

#define TRACE_HERE ((trace_place){__FILE__, __LINE__, 1})
#include "trace_place.h"

#define TRACE_RECORDERS /* only their prototypes; the macros for a few of them follow */
#include "trace_kernel32.h"
#include "trace_runtime.h"

#ifndef TRACE_ONLY_EXIT
#define ReadFile(...)      trace_ReadFile(TRACE_HERE, __VA_ARGS__)
#define WriteFile(...)     trace_WriteFile(TRACE_HERE, __VA_ARGS__)
#define ReadConsoleW(...)  trace_ReadConsoleW(TRACE_HERE, __VA_ARGS__)
#define WriteConsoleW(...) trace_WriteConsoleW(TRACE_HERE, __VA_ARGS__)
#endif
#define exit(...)  trace_exit(TRACE_HERE, __VA_ARGS__)
#define _Exit(...) trace__Exit(TRACE_HERE, __VA_ARGS__)

#endif
