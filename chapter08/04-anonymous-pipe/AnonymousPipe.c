/*
 * AnonymousPipe.c - a pipe without a name, written and read within one process (book 8-5).
 *
 * Shows   CreatePipe: one call, two handles; what goes in at the one comes out at the other, and when the
 *         writing end is closed, the reader is told so.
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

    /* The end of a pipe comes only when no writing end is open any more, not even the reader's own. */
    CloseHandle(hWritePipe);

    DWORD room = bytes + (DWORD)sizeof(TCHAR);
    char *recvString = malloc(room);
    if (recvString == NULL)
        die_error(_T("malloc"));
    /* A pipe keeps no message borders: one ReadFile may give a part, so read on until the end. */
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
