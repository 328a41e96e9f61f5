/*
 * pipe_copy.h - bytes from one handle to another: what the parents and the child of this lesson have in common.
 */
#ifndef PIPE_COPY_H
#define PIPE_COPY_H

#include <stdbool.h>
#include <windows.h>

/* True when a read or a write has just failed because the other end of the pipe is closed. */
bool is_pipe_closed(void);

/*
 * Writes all the bytes, which may take several calls. False when the reader has closed its end: it wants no
 * more, and that is no error.
 */
bool write_bytes(HANDLE hTo, const char *bytes, DWORD count);

/* Copies until the input ends or nobody reads the output any more. False in the latter case. */
bool copy_bytes(HANDLE hFrom, HANDLE hTo);

#endif
