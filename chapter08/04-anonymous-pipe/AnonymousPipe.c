/*
 * AnonymousPipe.c - a pipe, written and read within one process (book: chapter 8, section 02, listing 8-5).
 *
 * Shows   CreatePipe: one call, two handles. What is written into one is read from the other, and ReadFile fails with
 *         ERROR_BROKEN_PIPE when the writing end is closed.
 * Run     AnonymousPipe [TEXT]
 * POSIX   anonymous_pipe.c
 */
#include <stdlib.h>

#include "companion.h"

int _tmain(int argc, TCHAR *argv[])
{
    HANDLE hReadPipe, hWritePipe;
    DWORD bytesWritten, bytesRead, received = 0;

    const option_spec options[] = {OPTIONS_END};
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Writes TEXT (anonymous pipe) into a pipe and reads it again."), _T("[TEXT]"),
                  options);
    const TCHAR *sendString = argv[1] != NULL ? argv[1] : _T("anonymous pipe");
    DWORD bytes = text_bytes(sendString);

    /* Nobody reads while this process writes, so the pipe needs room for all of it. 0 would mean 4096 bytes. */
    if (!CreatePipe(&hReadPipe, &hWritePipe, NULL, bytes))
        die_error(_T("CreatePipe"));

    if (!WriteFile(hWritePipe, sendString, bytes, &bytesWritten, NULL))
        die_error(_T("WriteFile(%lu bytes)"), bytes);
    print(_T("string send: %s\n"), sendString);

    /* The pipe ends when its last writing end is closed. This process holds the only one. */
    CloseHandle(hWritePipe);

    DWORD room = bytes + (DWORD)sizeof(TCHAR);
    char *recvString = malloc(room);
    if (recvString == NULL)
        die_error(_T("malloc"));
    /* A pipe is a stream of bytes: one ReadFile may give a part of the text, so read until the pipe ends. */
    while (ReadFile(hReadPipe, recvString + received, room - received, &bytesRead, NULL))
        received += bytesRead;
    if (GetLastError() != ERROR_BROKEN_PIPE)
        die_error(_T("ReadFile"));

    ((TCHAR *)recvString)[received / sizeof(TCHAR)] = _T('\0');
    print(_T("string recv: %s\n"), (TCHAR *)recvString);

    free(recvString);
    CloseHandle(hReadPipe);
    return 0;
}
