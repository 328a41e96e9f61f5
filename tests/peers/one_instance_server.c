/*
 * one_instance_server.c - a server as many tutorials have it: one instance, closed after each client and made anew.
 *
 * Run     OneInstanceServer PIPE
 *             prints "ready", serves one client with "OK 5" and "abcd", prints "closed" when the pipe is gone, and
 * makes it again when a line is typed
 */
#include "companion.h"

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR pipeName[257];
    char request[4096];
    DWORD bytes;

    companion_init(argv[0]);
    if (argc != 2 || !format_text(pipeName, 257, _T("\\\\.\\pipe\\%s"), argv[1]))
        die_usage(_T("expected PIPE"));
    do {
        HANDLE hPipe = CreateNamedPipe(pipeName, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, 4096,
                                       4096, 0, NULL);
        if (hPipe == INVALID_HANDLE_VALUE)
            die_error(_T("CreateNamedPipe(%s)"), pipeName);
        print(_T("ready\n"));
        if (!ConnectNamedPipe(hPipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
            die_error(_T("ConnectNamedPipe(%s)"), pipeName);
        if (ReadFile(hPipe, request, sizeof(request), &bytes, NULL)) {
            WriteFile(hPipe, "OK 5\n", 5, &bytes, NULL);
            WriteFile(hPipe, "abcd\n", 5, &bytes, NULL);
        }
        CloseHandle(hPipe);
        print(_T("closed\n"));
    } while (read_line() != NULL);
    return 0;
}
