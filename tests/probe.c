/*
 * probe.c - lets the tests watch the helper library from outside: what it prints, where, and how it ends.
 *
 * Run     Probe WHAT [ARGUMENT...]      (`probe` is the same program on the POSIX side)
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "companion.h"

#ifdef _WIN32
#include "handle_table.h"
#endif
#ifndef _WIN32
#include <sys/wait.h>
#include <unistd.h>
#endif

static int show_options(int argc, TCHAR *argv[])
{
    bool isLoud = false;
    const TCHAR *name = _T("nobody");
    unsigned long count = 1;
    const option_spec options[] = {
        OPTION_FLAG("--loud", &isLoud, "say it loud"),
        OPTION_TEXT("--name", "NAME", &name, "whom to greet (nobody)"),
        OPTION_NUMBER("--count", "N", &count, 1, 100, "how often (1)"),
        OPTIONS_END,
    };
    int operands = parse_options(argc, argv, _T("Shows its options."), _T("FROM [TO]"), options);
    print(_T("loud=%d name=[%s] count=%lu operands=%d\n"), isLoud, name, count, operands);
    return 0;
}

static int show_lines(void)
{
    const TCHAR *line;
    prompt(_T("prompt> "));
    while ((line = read_line()) != NULL) {
        print(_T("%lu [%s]\n"), (unsigned long)_tcslen(line), line);
        prompt(_T("prompt> "));
    }
    print(_T("end\n"));
    return 0;
}

static int fail(const TCHAR *number)
{
    unsigned long error = 0;
    if (!parse_number(number, 0, 4294967295UL, &error))
        die_usage(_T("'%s' is no error number"), number);
#ifdef _WIN32
    SetLastError(error);
    report_error(_T("First(%s)"), _T("한글"));
    bool isKept = GetLastError() == error;
#else
    errno = (int)error;
    report_error(_T("First(%s)"), _T("한글"));
    bool isKept = errno == (int)error;
#endif
    report(_T("hint: the number is %s"), isKept ? _T("kept") : _T("lost"));
    die_error(_T("Second"));
}

/* Runs itself as a child with what it may inherit, and shows both lanes. */
static int run_child(const TCHAR *self, bool isRedirected)
{
#ifdef _WIN32
    TCHAR command[MAX_PATH];
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    SECURITY_ATTRIBUTES inheritable = {sizeof(inheritable), NULL, TRUE};

    si.cb = sizeof(si);
    if (isRedirected) {
        si.dwFlags = STARTF_USESTDHANDLES;
        si.hStdOutput = CreateFile(_T("redirected.txt"), GENERIC_WRITE, 0, &inheritable, CREATE_ALWAYS, 0, NULL);
        si.hStdError = si.hStdOutput;
    }
    format_text(command, MAX_PATH, _T("\"%s\" say child"), self);
    if (!CreateProcess(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), command);
    WaitForSingleObject(pi.hProcess, INFINITE);
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);
#else
    pid_t child = fork();
    if (child == 0) {
        if (isRedirected && freopen("redirected.txt", "w", stdout) == NULL)
            die_error("freopen");
        execl(self, self, "say", "child", (char *)NULL);
        die_error("execl(%s)", self);
    }
    waitpid(child, NULL, 0);
#endif
    print(_T("parent\n"));
    return 0;
}

#ifdef _WIN32
#define MOST_BYTES 4100 /* that an argument tells */

/* Bytes from their hexadecimal digits. */
static DWORD bytes_from_hex(unsigned char bytes[MOST_BYTES], const TCHAR *hex)
{
    DWORD count = 0;

    while (count < MOST_BYTES && hex[2 * count] != _T('\0') && hex[2 * count + 1] != _T('\0')) {
        const TCHAR digits[3] = {hex[2 * count], hex[2 * count + 1], _T('\0')};
        bytes[count++] = (unsigned char)_tcstoul(digits, NULL, 16);
    }
    return count;
}

/* Writes bytes as a program would that knows nothing of TCHARs. */
static int write_bytes(const TCHAR *path, const TCHAR *hex)
{
    unsigned char bytes[MOST_BYTES];
    DWORD bytesWritten, count = bytes_from_hex(bytes, hex);

    HANDLE hFile = CreateFile(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    if (hFile == INVALID_HANDLE_VALUE)
        die_error(_T("CreateFile(%s)"), path);
    if (!WriteFile(hFile, bytes, count, &bytesWritten, NULL))
        die_error(_T("WriteFile(%s)"), path);
    CloseHandle(hFile);
    return 0;
}

/* Writes bytes into the shared memory of others. */
static int poke_bytes(const TCHAR *section, const TCHAR *offset, const TCHAR *hex)
{
    unsigned char bytes[MOST_BYTES];
    DWORD count = bytes_from_hex(bytes, hex);
    unsigned long at = 0;

    if (!parse_number(offset, 0, 4096, &at))
        die_usage(_T("'%s' is no offset"), offset);
    HANDLE hMapping = OpenFileMapping(FILE_MAP_WRITE, FALSE, section);
    if (hMapping == NULL)
        die_error(_T("OpenFileMapping(%s)"), section);
    char *view = MapViewOfFile(hMapping, FILE_MAP_WRITE, 0, 0, 0);
    if (view == NULL)
        die_error(_T("MapViewOfFile(%s)"), section);
    memcpy(view + at, bytes, count);
    UnmapViewOfFile(view);
    CloseHandle(hMapping);
    return 0;
}

static DWORD WINAPI read_pipe(void *hReadPipe)
{
    char byte;
    DWORD bytesRead;
    return ReadFile(hReadPipe, &byte, 1, &bytesRead, NULL) ? 0 : GetLastError();
}

/* Both ends of a named pipe, of which the server's has disconnected the client's. */
static void hold_disconnected_pipe(const TCHAR *name)
{
    TCHAR pipeName[MAX_PATH];

    format_text(pipeName, MAX_PATH, _T("\\\\.\\pipe\\%s"), name);
    HANDLE hServer = CreateNamedPipe(pipeName, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE, 1, 0, 0, 0, NULL);
    HANDLE hClient = CreateFile(pipeName, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (hServer == INVALID_HANDLE_VALUE || hClient == INVALID_HANDLE_VALUE || !DisconnectNamedPipe(hServer))
        die_error(_T("DisconnectNamedPipe(%s)"), pipeName);
}

/* Holds a mailslot, both ends of a pipe and an event, and does with them what it is told, line by line. */
static int hold_handles(const TCHAR *name)
{
    TCHAR slotName[MAX_PATH];
    HANDLE hReadPipe, hWritePipe, hEvent, hMore = NULL;
    SECURITY_ATTRIBUTES inheritable = {sizeof(inheritable), NULL, TRUE};
    const TCHAR *line;

    watch_handles(true);
    format_text(slotName, MAX_PATH, _T("\\\\.\\mailslot\\%s"), name);
    if (CreateMailslot(slotName, 0, 0, NULL) == INVALID_HANDLE_VALUE)
        die_error(_T("CreateMailslot(%s)"), slotName);
    if (!CreatePipe(&hReadPipe, &hWritePipe, &inheritable, 0))
        die_error(_T("CreatePipe"));
    hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
    print(_T("process %lu\n"), GetCurrentProcessId());
    show_handles(_T("held"));
    print(_T("--\n"));

    while ((line = read_line()) != NULL) {
        if (_tcscmp(line, _T("duplicate")) == 0)
            DuplicateHandle(GetCurrentProcess(), hEvent, GetCurrentProcess(), &hMore, SYNCHRONIZE, TRUE, 0);
        else if (_tcscmp(line, _T("close")) == 0)
            CloseHandle(hMore);
        else if (_tcscmp(line, _T("protect")) == 0)
            SetHandleInformation(hEvent, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE);
        else if (_tcscmp(line, _T("read")) == 0) /* which makes the pipe busy */
            CloseHandle(CreateThread(NULL, 0, read_pipe, hReadPipe, 0, NULL));
        else if (_tcscmp(line, _T("disconnect")) == 0)
            hold_disconnected_pipe(name);
        show_handles(line);
        print(_T("--\n"));
    }
    return 0;
}
#endif

#ifdef _WIN32
static int crash(void)
{
    volatile int *volatile nowhere = NULL;

    *nowhere = 1; /* the line of the crash */
    return 0;
}
#endif

int _tmain(int argc, TCHAR *argv[])
{
    companion_init(argv[0]);
    const TCHAR *what = argc > 1 ? argv[1] : _T("");
    const TCHAR *argument = argc > 2 ? argv[2] : _T("");

    if (_tcscmp(what, _T("options")) == 0)
        return show_options(argc - 1, argv + 1);
    if (_tcscmp(what, _T("lines")) == 0)
        return show_lines();
    if (_tcscmp(what, _T("fail")) == 0)
        return fail(argument);
    if (_tcscmp(what, _T("child")) == 0)
        return run_child(argv[0], _tcscmp(argument, _T("redirected")) == 0);
    if (_tcscmp(what, _T("say")) == 0) {
        for (int i = 2; i < argc; i++)
            print(_T("[%s]\n"), argv[i]);
        report(_T("said"));
        return 0;
    }
#ifdef _WIN32
    if (_tcscmp(what, _T("write")) == 0 && argc > 3)
        return write_bytes(argument, argv[3]);
    if (_tcscmp(what, _T("poke")) == 0 && argc > 4)
        return poke_bytes(argument, argv[3], argv[4]);
    if (_tcscmp(what, _T("crash")) == 0) {
        int (*volatile no_inline)(void) = crash; /* else the line would be this one */
        return no_inline();
    }
    if (_tcscmp(what, _T("handles")) == 0)
        return hold_handles(argument);
#endif
    die_usage(_T("expected options, lines, fail, child, say, write, poke, crash or handles, found '%s'"), what);
}
