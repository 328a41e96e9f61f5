/*
 * book_pipe_client.c - on the wire what a client typed in from the book does (listing 8-7), written anew.
 *
 * Waits while the pipe is busy, reads in message mode, sends a name of TCHARs and prints what comes until an error ends
 * it. How many bytes of the name are sent differs from one reader's program to the next.
 *
 * Run     BookPipeClient PIPE FILE terminated|bare|half|whole
 *             with the terminator; without it; as many bytes as the name has characters; a whole array of MAX_PATH
 */
#include <fcntl.h>
#include <io.h>

#include "companion.h"

#define BUF_SIZE 1024

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR pipeName[257], fileName[MAX_PATH] = {0};
    char answer[BUF_SIZE];
    DWORD bytes, pipeMode = PIPE_READMODE_MESSAGE | PIPE_WAIT;
    HANDLE hPipe;

    companion_init(argv[0]);
    if (argc != 4 || !format_text(pipeName, 257, _T("\\\\.\\pipe\\%s"), argv[1]) ||
        !format_text(fileName, MAX_PATH, _T("%s"), argv[2]))
        die_usage(_T("expected PIPE FILE HOW"));
    DWORD chars = (DWORD)_tcslen(fileName);
    DWORD nameBytes = _tcscmp(argv[3], _T("terminated")) == 0 ? (chars + 1) * sizeof(TCHAR)
                      : _tcscmp(argv[3], _T("bare")) == 0     ? chars * sizeof(TCHAR)
                      : _tcscmp(argv[3], _T("half")) == 0     ? chars + 1
                                                              : sizeof(fileName);

    while ((hPipe = CreateFile(pipeName, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL)) ==
           INVALID_HANDLE_VALUE) {
        if (GetLastError() != ERROR_PIPE_BUSY || !WaitNamedPipe(pipeName, 20000))
            die_error(_T("CreateFile(%s)"), pipeName);
    }
    if (!SetNamedPipeHandleState(hPipe, &pipeMode, NULL, NULL))
        die_error(_T("SetNamedPipeHandleState"));
    if (!WriteFile(hPipe, fileName, nameBytes, &bytes, NULL))
        die_error(_T("WriteFile"));
    _setmode(_fileno(stdout), _O_BINARY);
    while (ReadFile(hPipe, answer, BUF_SIZE, &bytes, NULL) || GetLastError() == ERROR_MORE_DATA)
        fwrite(answer, 1, bytes, stdout);
    CloseHandle(hPipe);
    return 0;
}
