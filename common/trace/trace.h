/*
 * trace.h - routes the calls of a program through recorders. The build puts it in front of every Win32 program
 * (gcc -include, cl /FI), so that the sources stay as they are. TRACE.md describes the result.
 */
#ifndef COMPANION_TRACE_H
#define COMPANION_TRACE_H

#include <windows.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <tlhelp32.h>

/* Prototypes of the recorders, and a macro for each call of trace_calls.txt. */
#include "trace_calls.h"

/* The trace begins with the program. companion.h, which comes later, declares this name then. */
#define companion_init trace_companion_init

#endif
