/*
 * PipeModes.c - what the modes of a named pipe mean, each claim as an experiment with its result.
 *
 * Shows   Byte and message type and read mode, PIPE_NOWAIT, access modes, instances, names, PeekNamedPipe.
 * Run     PipeModes [--name NAME]
 */
#include "companion.h"

#define OWN_TIMEOUT_MS 200

static TCHAR pipeName[258]; /* one more than a name may have */
static char buffer[100000];

static void show(const TCHAR *experiment, bool isSuccess)
{
    if (isSuccess)
        print(_T("%s: works\n"), experiment);
    else
        print(_T("%s: error %lu\n"), experiment, GetLastError());
}

/* Reads into a buffer of that size. With ERROR_MORE_DATA, too, bytes have come. */
static void show_read(const TCHAR *experiment, HANDLE hPipe, DWORD size)
{
    DWORD bytesRead = 0;

    if (ReadFile(hPipe, buffer, size, &bytesRead, NULL))
        print(_T("%s: %lu bytes\n"), experiment, bytesRead);
    else
        print(_T("%s: %lu bytes, error %lu\n"), experiment, bytesRead, GetLastError());
}

/* Two instances at most, buffers of 4096 bytes. */
static HANDLE make_pipe(DWORD access, DWORD mode)
{
    return CreateNamedPipe(pipeName, access, mode, 2, 4096, 4096, OWN_TIMEOUT_MS, NULL);
}

static HANDLE open_pipe(DWORD access)
{
    return CreateFile(pipeName, access, 0, NULL, OPEN_EXISTING, 0, NULL);
}

static void try_types(void)
{
    DWORD bytes, available, left, mode = PIPE_READMODE_MESSAGE;

    HANDLE hServer = make_pipe(PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE);
    HANDLE hClient = open_pipe(GENERIC_READ | GENERIC_WRITE);
    WriteFile(hServer, "first", 5, &bytes, NULL);
    WriteFile(hServer, "second", 6, &bytes, NULL);
    if (PeekNamedPipe(hClient, NULL, 0, NULL, &available, &left))
        print(_T("two messages, PeekNamedPipe: %lu bytes in all, %lu in the first\n"), available, left);
    show_read(_T("read them in byte mode, a client's first"), hClient, 64);

    show(_T("change to message mode"), SetNamedPipeHandleState(hClient, &mode, NULL, NULL));
    WriteFile(hServer, "first", 5, &bytes, NULL);
    WriteFile(hServer, "second", 6, &bytes, NULL);
    show_read(_T("read into a buffer of 2"), hClient, 2);
    show_read(_T("read on"), hClient, 64);
    show_read(_T("read the second message"), hClient, 64);
    CloseHandle(hServer);
    show_read(_T("read when the server is gone"), hClient, 64);
    CloseHandle(hClient);

    hServer = make_pipe(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE);
    hClient = open_pipe(GENERIC_READ | GENERIC_WRITE);
    show(_T("message mode on a pipe of bytes"), SetNamedPipeHandleState(hClient, &mode, NULL, NULL));
    CloseHandle(hClient);
    CloseHandle(hServer);
}

/* PIPE_NOWAIT is for old programs; overlapped I/O has taken its place. */
static void try_nowait(void)
{
    DWORD bytes = 0;

    HANDLE hServer = make_pipe(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE | PIPE_NOWAIT);
    show(_T("PIPE_NOWAIT, connect without a client"), ConnectNamedPipe(hServer, NULL));
    HANDLE hClient = open_pipe(GENERIC_READ | GENERIC_WRITE);
    show(_T("connect with a client"), ConnectNamedPipe(hServer, NULL));
    show_read(_T("read where nothing is"), hServer, 64);
    if (WriteFile(hServer, buffer, sizeof(buffer), &bytes, NULL))
        print(_T("write 100000 bytes: %s\n"), bytes < sizeof(buffer) ? _T("only a part") : _T("all of them"));
    CloseHandle(hClient);
    CloseHandle(hServer);
}

static void try_access(void)
{
    static const struct {
        DWORD access;
        const TCHAR *name;
    } modes[] = {{PIPE_ACCESS_INBOUND, _T("inbound")},
                 {PIPE_ACCESS_OUTBOUND, _T("outbound")},
                 {PIPE_ACCESS_DUPLEX, _T("duplex")}};
    TCHAR experiment[64];

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        HANDLE hServer = make_pipe(modes[i].access, PIPE_TYPE_BYTE);
        HANDLE hSecond = make_pipe(modes[i].access, PIPE_TYPE_BYTE);
        format_text(experiment, 64, _T("%s, open with GENERIC_READ"), modes[i].name);
        HANDLE hReader = open_pipe(GENERIC_READ);
        show(experiment, hReader != INVALID_HANDLE_VALUE);
        format_text(experiment, 64, _T("%s, open with GENERIC_WRITE"), modes[i].name);
        HANDLE hWriter = open_pipe(GENERIC_WRITE);
        show(experiment, hWriter != INVALID_HANDLE_VALUE);
        CloseHandle(hWriter);
        CloseHandle(hReader);
        CloseHandle(hSecond);
        CloseHandle(hServer);
    }
}

static void try_instances_and_names(const TCHAR *name)
{
    TCHAR other[300];

    HANDLE hFirst = make_pipe(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE);
    HANDLE hSecond = make_pipe(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE);
    show(_T("a third instance of two"), make_pipe(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE) != INVALID_HANDLE_VALUE);

    format_text(other, 300, _T("\\\\.\\PIPE\\%s"), name);
    _tcsupr(other);
    HANDLE hClient = CreateFile(other, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    show(_T("open it with a name in capitals"), hClient != INVALID_HANDLE_VALUE);
    HANDLE hSecondClient = open_pipe(GENERIC_READ | GENERIC_WRITE);
    show(_T("open the second instance"), hSecondClient != INVALID_HANDLE_VALUE);
    show(_T("open when all are busy"), open_pipe(GENERIC_READ) != INVALID_HANDLE_VALUE);

    ULONGLONG before = GetTickCount64();
    show(_T("wait for the pipe's own timeout"), WaitNamedPipe(pipeName, NMPWAIT_USE_DEFAULT_WAIT));
    /* GetTickCount64 counts in steps of up to 16 ms. */
    print(_T("it has waited so long: %s\n"), GetTickCount64() - before >= OWN_TIMEOUT_MS - 50 ? _T("yes") : _T("no"));
    CloseHandle(hSecondClient);
    CloseHandle(hClient);
    CloseHandle(hSecond);
    CloseHandle(hFirst);

    for (size_t chars = 256; chars <= 257; chars++) {
        format_text(other, 300, _T("a name of %lu characters"), (unsigned long)chars);
        for (size_t i = _tcslen(pipeName); i < chars; i++)
            pipeName[i] = _T('x');
        pipeName[chars] = _T('\0');
        show(other, make_pipe(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE) != INVALID_HANDLE_VALUE);
    }
    format_text(pipeName, 257, _T("\\\\.\\pipe\\%s\\more"), name);
    show(_T("a name with a backslash"), make_pipe(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE) != INVALID_HANDLE_VALUE);
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("modes");

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "try it on \\\\.\\pipe\\NAME (modes)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Tries what the modes of a named pipe mean."), NULL, options);
    if (!format_text(pipeName, 200, _T("\\\\.\\pipe\\%s"), name))
        die_usage(_T("--name: NAME has less than 190 characters"));

    try_types();
    try_nowait();
    try_access();
    try_instances_and_names(name);
    return 0;
}
