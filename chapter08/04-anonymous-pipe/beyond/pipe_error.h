/*
 * pipe_error.h - what the last error says about the other end of a pipe.
 */
#ifndef PIPE_ERROR_H
#define PIPE_ERROR_H

#include <stdbool.h>
#include <windows.h>

/* Whether ReadFile or WriteFile has just failed because the other end of the pipe is closed. */
static inline bool is_pipe_closed(void)
{
    DWORD error = GetLastError();

    return error == ERROR_BROKEN_PIPE || error == ERROR_NO_DATA || error == ERROR_PIPE_NOT_CONNECTED;
}

#endif
