/*
 * trace.h - routes the calls of a program through recorders. The build puts it in front of every Win32 program
 * (gcc -include, cl /FI), so that the sources stay as they are. TRACE.md describes the result.
 *
 * It includes every header that declares one of the calls: later, a declaration would be taken for a call. The sockets
 * are in trace_sockets.h, which comes in front of those programs alone that use them: in another one `send` or
 * `connect` may be a function of its own.
 */
#ifndef COMPANION_TRACE_H
#define COMPANION_TRACE_H

#include <windows.h>

#include <process.h>
#include <stdlib.h>
#include <tlhelp32.h>

#include "trace_place.h"

/* Prototypes of the recorders, and a macro for each call of trace_calls.txt. */
#include "trace_kernel32.h"
#include "trace_runtime.h"
#include "trace_user32.h"

/* The trace begins with the program. companion.h, which comes later, declares this name then. */
#define companion_init trace_companion_init

/*
 * The program's main gets another name, and its own is that of a function which notes the result: nothing else tells,
 * at the end of a process, what main has returned.
 */
int trace_main_ended(int code);
int wmain(int argc, wchar_t **argv, wchar_t **environment);
#define TRACE_MAIN(name, letter, ...)                                                                                  \
    trace_##name(__VA_ARGS__);                                                                                         \
    int name(int argc, letter **argv, letter **environment)                                                            \
    {                                                                                                                  \
        int (*given)(int, letter **, letter **) = (int (*)(int, letter **, letter **))(void (*)(void))trace_##name;    \
        return trace_main_ended(given(argc, argv, environment));                                                       \
    }                                                                                                                  \
    int trace_##name(__VA_ARGS__)
#define main(...)  TRACE_MAIN(main, char, __VA_ARGS__)
#define wmain(...) TRACE_MAIN(wmain, wchar_t, __VA_ARGS__)

#endif
