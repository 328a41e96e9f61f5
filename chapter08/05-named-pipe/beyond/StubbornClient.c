/*
 * StubbornClient.c - opens a named pipe and leaves its server waiting, until Enter is typed.
 *
 * Shows   What one client does to a server whose calls wait for it: ReadFile, where nothing is asked for, and
 *         FlushFileBuffers, where the answer is not read.
 * Run     StubbornClient [--name NAME] [FILE]
 * With    NamedPipe_Server.c, NamedPipe_ServerThread.c, started before this one
 */
#include "companion.h"

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("simple_pipe");
    TCHAR pipeName[257];
    DWORD bytesWritten;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "connect to \\\\.\\pipe\\NAME (simple_pipe)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int files = parse_options(argc, argv, _T("Asks for FILE, or for nothing, and does not read the answer."),
                              _T("[FILE]"), options);
    if (!format_text(pipeName, 257, _T("\\\\.\\pipe\\%s"), name))
        die_usage(_T("--name: a pipe's whole name has 256 characters at most"));

    HANDLE hPipe = CreateFile(pipeName, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                              SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
    if (hPipe == INVALID_HANDLE_VALUE)
        die_error(_T("CreateFile(%s)"), pipeName);
    if (files > 0) {
        DWORD nameBytes = (DWORD)((_tcslen(argv[1]) + 1) * sizeof(TCHAR));
        if (!WriteFile(hPipe, argv[1], nameBytes, &bytesWritten, NULL))
            die_error(_T("WriteFile(%s)"), pipeName);
    }

    print(_T("connected, %s; Enter ends it\n"), files > 0 ? _T("and asked for a file") : _T("and asks for nothing"));
    read_line();
    CloseHandle(hPipe);
    return 0;
}
