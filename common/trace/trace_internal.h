/* trace_internal.h - what the files of this folder need of each other, from the lowest upward. */
#ifndef COMPANION_TRACE_INTERNAL_H
#define COMPANION_TRACE_INTERNAL_H

#include "internal.h"
#include "trace_record.h"

/* ---- trace_json.c: appends to what a line is made of ---- */

/* How much of a text and of data is recorded. */
#define TEXT_CHARS 4096
#define DATA_BYTES 4096

void trace_put(trace_call *call, const char *json);
void trace_put_bytes(trace_call *call, const char *bytes, size_t count);
void trace_put_number(trace_call *call, LONGLONG number);
void trace_put_hex(trace_call *call, ULONGLONG value, int digits); /* at least that many */

/* Text as a JSON string. A NUL must stand behind it. */
void trace_put_utf8(trace_call *call, const char *utf8, size_t bytes);
void trace_put_utf16(trace_call *call, const wchar_t *utf16, size_t units);

/* One of our own words as a member. */
void trace_word(trace_call *call, const char *name, const char *utf8);

/* The name of a member, with a comma in front where there is one before it; its value follows. NULL: no name. */
void trace_put_key(trace_call *call, const char *name);

/* ---- trace_thread.c: the threads of the process, by their numbers ---- */

/* When the trace begins, in the main thread. */
void trace_number_threads(void);

/* The number of a thread that is about to be made; in the new thread, that this is its number. */
LONG trace_next_thread(void);
void trace_set_thread(LONG number);

/* The number of this thread, and how many calls it has made, the one that begins counted. */
LONG trace_this_thread(void);
LONG trace_next_call(void);

/*
 * From hold to release this thread is within a recorder: what the library then prints about a failure, and how it ends
 * the program, must not be recorded in turn. hold is false when it was there already.
 */
bool trace_hold(void);
void trace_release(void);

/* This thread writes no more lines. */
void trace_forget_thread(void);

/* Which thread writes the line; and whether the system has made it, in its first line. */
void trace_put_thread(trace_call *line);

/* ---- trace.c: a line of the file ---- */

#define PATH_CHARS 1024

/* What the environment asks for: whether there is to be a trace, where, and whether step by step. */
bool trace_open(void);

/* Microseconds since 1970, the same clock in all processes. */
LONGLONG trace_now(void);

/* Writes {"v":2,"event":EVENT,"time":TIME,...,MEMBERS}. MEMBERS begin with a comma, or are NULL. */
void trace_write_event(const char *event, LONGLONG time, const char *members);

/* The stage that this program waits for before each call; empty: none. */
extern TCHAR trace_step_run[32];

#endif
