/*
 * PipeEnd.c - three ways in which a server ends a connection, and what its client still gets to read.
 *
 * Shows   CloseHandle, DisconnectNamedPipe, FlushFileBuffers: which of them throws away what has not been read, and
 *         which one waits.
 * Run     PipeEnd [--name NAME]
 */
#include "companion.h"

/* How long FlushFileBuffers is watched before we say that it waits. */
#define WATCH_MS 100

static TCHAR pipeName[257];
static HANDLE hServer, hClient;

/* Makes a connection, both ends in this process, with 5 bytes on their way to the client. */
static void connect_and_send(void)
{
    DWORD bytesWritten;

    hServer = CreateNamedPipe(pipeName, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 4096, 4096, 0, NULL);
    if (hServer == INVALID_HANDLE_VALUE)
        die_error(_T("CreateNamedPipe(%s)"), pipeName);
    hClient = CreateFile(pipeName, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (hClient == INVALID_HANDLE_VALUE)
        die_error(_T("CreateFile(%s)"), pipeName);
    if (!WriteFile(hServer, "hello", 5, &bytesWritten, NULL))
        die_error(_T("WriteFile(%s)"), pipeName);
}

/* Reads once: the bytes that came, or the error. */
static void show_read(const TCHAR *when)
{
    char buffer[64];
    DWORD bytesRead;

    if (ReadFile(hClient, buffer, sizeof(buffer), &bytesRead, NULL))
        print(_T("%s, the client reads: %lu bytes\n"), when, bytesRead);
    else
        print(_T("%s, the client reads: error %lu\n"), when, GetLastError());
}

static DWORD WINAPI flush(LPVOID unused)
{
    (void)unused;
    return FlushFileBuffers(hServer) ? ERROR_SUCCESS : GetLastError();
}

static void try_flush(void)
{
    /* In a thread of its own: it waits for the client, which is this thread. */
    HANDLE hThread = CreateThread(NULL, 0, flush, NULL, 0, NULL);
    if (hThread == NULL)
        die_error(_T("CreateThread"));
    bool waits = WaitForSingleObject(hThread, WATCH_MS) == WAIT_TIMEOUT;
    print(_T("FlushFileBuffers, while nobody reads: %s\n"), waits ? _T("waits") : _T("does not wait"));
    show_read(_T("meanwhile"));
    if (WaitForSingleObject(hThread, INFINITE) == WAIT_FAILED)
        die_error(_T("WaitForSingleObject"));
    print(_T("FlushFileBuffers, after that: has returned\n"));
    CloseHandle(hThread);
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("end");

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "try it on \\\\.\\pipe\\NAME (end)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Ends a connection in three ways, with bytes that nobody has read."), NULL, options);
    if (!format_text(pipeName, 257, _T("\\\\.\\pipe\\%s"), name))
        die_usage(_T("--name: a pipe's whole name has 256 characters at most"));

    connect_and_send();
    CloseHandle(hServer);
    show_read(_T("after CloseHandle alone"));
    show_read(_T("after that"));
    CloseHandle(hClient);

    connect_and_send();
    if (!DisconnectNamedPipe(hServer))
        die_error(_T("DisconnectNamedPipe(%s)"), pipeName);
    show_read(_T("after DisconnectNamedPipe alone"));
    CloseHandle(hClient);
    CloseHandle(hServer);

    connect_and_send();
    try_flush();
    if (!DisconnectNamedPipe(hServer))
        die_error(_T("DisconnectNamedPipe(%s)"), pipeName);
    show_read(_T("after DisconnectNamedPipe"));
    CloseHandle(hClient);
    CloseHandle(hServer);
    return 0;
}
