/*
 * pipe_copy.c - bytes from one handle to another, unchanged.
 *
 * Shows   How ReadFile and WriteFile tell that the other end of a pipe is closed.
 * With    PipeParent.c, PipeDeadlock.c, PipeChild.c
 */
#include "pipe_copy.h"
#include "companion.h"

/* Large chunks: what a read or a write costs hardly depends on how much it moves. */
#define CHUNK_BYTES 65536

bool is_pipe_closed(void)
{
    DWORD error = GetLastError();

    return error == ERROR_BROKEN_PIPE || error == ERROR_NO_DATA || error == ERROR_PIPE_NOT_CONNECTED;
}

bool write_bytes(HANDLE hTo, const char *bytes, DWORD count)
{
    DWORD bytesWritten;

    for (; count > 0; bytes += bytesWritten, count -= bytesWritten) {
        if (!WriteFile(hTo, bytes, count, &bytesWritten, NULL)) {
            if (is_pipe_closed())
                return false;
            die_error(_T("WriteFile"));
        }
    }
    return true;
}

bool copy_bytes(HANDLE hFrom, HANDLE hTo)
{
    /* Two threads of a process copy at once: each has its own. */
    char bytes[CHUNK_BYTES];
    DWORD bytesRead;

    for (;;) {
        if (!ReadFile(hFrom, bytes, sizeof(bytes), &bytesRead, NULL)) {
            if (is_pipe_closed())
                return true;
            die_error(_T("ReadFile"));
        }
        /* 0 bytes are the end of a file or of what is typed; in a pipe that is still open, a write of nothing. */
        if (bytesRead == 0 && !PeekNamedPipe(hFrom, NULL, 0, NULL, NULL, NULL))
            return true;
        if (!write_bytes(hTo, bytes, bytesRead))
            return false;
    }
}
