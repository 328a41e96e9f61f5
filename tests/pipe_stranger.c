/*
 * pipe_stranger.c - the other end of a named pipe that none of our programs would be: what tests and bench need.
 *
 * Run     PipeStranger ask PIPE
 *             each line of input, in hexadecimal, is one request
 *         PipeStranger crowd|together PIPE CLIENTS FILES
 *             threads that ask for file-0, file-1 ...; together: connected at once; crowd: by the book's protocol
 *         PipeStranger hold PIPE CLIENTS [REQUEST]
 *             connects and asks, reads nothing, until the input ends
 *         PipeStranger count PIPE FILE [book]
 *             what the server has while it sends that large file: instances, handles, threads; book: the file's name
 *             in TCHARs
 *         PipeStranger serve PIPE [MESSAGE...]
 *             answers one client with these, in hexadecimal
 *         PipeStranger mute PIPE [MESSAGE...]
 *             the same, but then waits until the client has gone
 *         PipeStranger send PIPE CHUNK MEGABYTES
 *             writes to whoever connects, as fast as it can be done
 *         PipeStranger receive PIPE CHUNK
 *             reads it
 */
#include <process.h>
#include <stdlib.h>
#include <string.h>

#include "companion.h"
#include "handle_table.h"

#include <tlhelp32.h> /* needs windows.h */

static TCHAR pipeName[257];
static LONG volatile missing; /* that have not connected yet */
static HANDLE hGo;
static unsigned long files;

static HANDLE open_pipe(void)
{
    for (;;) {
        DWORD mode = PIPE_READMODE_MESSAGE;
        HANDLE hPipe = CreateFile(pipeName, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
        if (hPipe != INVALID_HANDLE_VALUE) {
            SetNamedPipeHandleState(hPipe, &mode, NULL, NULL);
            return hPipe;
        }
        if (GetLastError() != ERROR_PIPE_BUSY || !WaitNamedPipe(pipeName, 60000))
            die_error(_T("CreateFile(%s)"), pipeName);
    }
}

static HANDLE create(DWORD mode, DWORD chunk)
{
    HANDLE hPipe = CreateNamedPipe(pipeName, PIPE_ACCESS_DUPLEX, mode, 1, chunk, chunk, 0, NULL);
    if (hPipe == INVALID_HANDLE_VALUE)
        die_error(_T("CreateNamedPipe(%s)"), pipeName);
    print(_T("ready\n"));
    if (!ConnectNamedPipe(hPipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
        die_error(_T("ConnectNamedPipe(%s)"), pipeName);
    return hPipe;
}

static void *allocate(size_t bytes)
{
    void *memory = calloc(1, bytes);
    if (memory == NULL)
        die_error(_T("calloc"));
    return memory;
}

/* The bytes of a hexadecimal text, which the caller frees. */
static unsigned char *parse_hex(const TCHAR *hex, DWORD *count)
{
    unsigned char *bytes = allocate(_tcslen(hex) / 2 + 1);
    for (*count = 0; hex[2 * *count] != _T('\0') && hex[2 * *count + 1] != _T('\0'); ++*count) {
        const TCHAR digits[3] = {hex[2 * *count], hex[2 * *count + 1], _T('\0')};
        bytes[*count] = (unsigned char)_tcstoul(digits, NULL, 16);
    }
    return bytes;
}

/* Prints each message of the answer in hexadecimal, and the error at the end. "close" goes away at once. */
static int ask(void)
{
    static unsigned char message[4096];
    static TCHAR hex[2 * 4096 + 1];
    const TCHAR *line;

    while ((line = read_line()) != NULL) {
        DWORD count, bytes;
        HANDLE hPipe = open_pipe();
        if (_tcscmp(line, _T("close")) != 0) {
            unsigned char *request = parse_hex(line, &count);
            if (!WriteFile(hPipe, request, count, &bytes, NULL))
                print(_T("write %lu\n"), GetLastError());
            free(request);
            while (ReadFile(hPipe, message, sizeof(message), &bytes, NULL) || GetLastError() == ERROR_MORE_DATA) {
                for (DWORD i = 0; i < bytes; i++)
                    format_text(hex + (size_t)2 * i, 3, _T("%02x"), message[i]);
                hex[2 * bytes] = _T('\0');
                print(_T("message %s\n"), hex);
            }
            print(_T("end %lu\n"), GetLastError());
        }
        CloseHandle(hPipe);
    }
    return 0;
}

static unsigned long crc32(unsigned long crc, const unsigned char *data, DWORD bytes)
{
    static unsigned long table[256];
    if (table[1] == 0) {
        for (unsigned long i = 0; i < 256; i++) {
            unsigned long value = i;
            for (int bit = 0; bit < 8; bit++)
                value = value & 1 ? value >> 1 ^ 0xEDB88320UL : value >> 1;
            table[i] = value;
        }
    }
    for (DWORD i = 0; i < bytes; i++)
        crc = crc >> 8 ^ table[(crc ^ data[i]) & 0xFF];
    return crc;
}

/* Writes a name, in UTF-8 or in TCHARs as the book does. */
static void write_name(HANDLE hPipe, const TCHAR *name, bool isBook)
{
    char *utf8 = utf8_from_text(name);
    DWORD bytes;

    bool isSuccess = isBook ? WriteFile(hPipe, name, text_bytes(name), &bytes, NULL)
                            : WriteFile(hPipe, utf8, (DWORD)strlen(utf8), &bytes, NULL);
    if (!isSuccess)
        print(_T("write %lu\n"), GetLastError());
    free(utf8);
}

static unsigned __stdcall be_one_of_many(void *context)
{
    unsigned long number = (unsigned long)(size_t)context, crc = 0xFFFFFFFFUL, all = 0;
    unsigned char *data = allocate(65536);
    TCHAR request[32];
    DWORD bytes;

    HANDLE hPipe = open_pipe();
    if (hGo != NULL) {
        if (InterlockedDecrement(&missing) == 0)
            SetEvent(hGo);
        WaitForSingleObject(hGo, INFINITE);
    }
    format_text(request, 32, _T("file-%lu"), number % files);
    write_name(hPipe, request, hGo == NULL);
    while (ReadFile(hPipe, data, 65536, &bytes, NULL)) {
        crc = crc32(crc, data, bytes);
        all += bytes;
    }
    print(_T("%lu: %lu bytes %08lx end %lu\n"), number, all, crc ^ 0xFFFFFFFFUL, GetLastError());
    CloseHandle(hPipe);
    free(data);
    return 0;
}

static int crowd(unsigned long clients, bool isTogether)
{
    HANDLE *hThreads = allocate(clients * sizeof(HANDLE));

    crc32(0, NULL, 0);
    missing = (LONG)clients;
    if (isTogether)
        hGo = CreateEvent(NULL, TRUE, FALSE, NULL);
    for (unsigned long i = 0; i < clients; i++)
        hThreads[i] = (HANDLE)_beginthreadex(NULL, 0, be_one_of_many, (void *)(size_t)i, 0, NULL);
    for (unsigned long i = 0; i < clients; i++)
        WaitForSingleObject(hThreads[i], INFINITE);
    free(hThreads);
    return 0;
}

static int hold(unsigned long clients, const TCHAR *request)
{
    for (unsigned long i = 0; i < clients; i++) {
        HANDLE hPipe = open_pipe();
        if (request != NULL)
            write_name(hPipe, request, false);
    }
    print(_T("holding\n"));
    read_line();
    return 0;
}

static unsigned long count_handles(DWORD process)
{
    handle_table table;
    HANDLE hProcess = OpenProcess(PROCESS_DUP_HANDLE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process);

    if (hProcess == NULL || !read_handle_table(hProcess, &table))
        die_error(_T("OpenProcess(%lu)"), process);
    unsigned long handles = (unsigned long)(table.count + table.missing);
    free_handle_table(&table);
    CloseHandle(hProcess);
    return handles;
}

static int count(const TCHAR *file, bool isBook)
{
    DWORD instances = 0, bytes;
    ULONG process = 0;
    PROCESSENTRY32 entry = {0};
    char header[64];
    HANDLE hPipe = open_pipe();

    write_name(hPipe, file, isBook);
    /* Once the beginning is here, all that the server needs for us is there, and it waits until we read on. */
    if (!ReadFile(hPipe, header, sizeof(header), &bytes, NULL) && GetLastError() != ERROR_MORE_DATA)
        die_error(_T("ReadFile"));
    GetNamedPipeHandleState(hPipe, NULL, &instances, NULL, NULL, NULL, 0);
    if (!GetNamedPipeServerProcessId(hPipe, &process))
        die_error(_T("GetNamedPipeServerProcessId"));
    entry.dwSize = sizeof(entry);
    HANDLE hSnapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    for (BOOL more = Process32First(hSnapshot, &entry); more && entry.th32ProcessID != process;)
        more = Process32Next(hSnapshot, &entry);
    print(_T("instances %lu handles %lu threads %lu\n"), instances, count_handles(process), entry.cntThreads);
    CloseHandle(hSnapshot);
    CloseHandle(hPipe);
    return 0;
}

static int serve(int messages_count, TCHAR *messages[], bool staysConnected)
{
    DWORD bytes;
    unsigned char request[4096];
    HANDLE hPipe = create(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 65536);

    if (!ReadFile(hPipe, request, sizeof(request), &bytes, NULL))
        die_error(_T("ReadFile"));
    for (int i = 0; i < messages_count; i++) {
        DWORD length;
        unsigned char *message = parse_hex(messages[i], &length);
        if (!WriteFile(hPipe, message, length, &bytes, NULL))
            break;
        free(message);
    }
    while (staysConnected && ReadFile(hPipe, request, sizeof(request), &bytes, NULL))
        continue;
    CloseHandle(hPipe);
    return 0;
}

static int pump(bool isSender, unsigned long chunk, unsigned long megabytes)
{
    void *data = allocate(chunk);
    DWORD bytes;
    HANDLE hPipe = isSender ? create(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 65536) : open_pipe();

    if (isSender) {
        for (unsigned long long left = megabytes * 1000000ULL; left > 0; left -= bytes) {
            if (!WriteFile(hPipe, data, (DWORD)min(left, chunk), &bytes, NULL))
                die_error(_T("WriteFile"));
        }
    } else {
        while (ReadFile(hPipe, data, chunk, &bytes, NULL))
            continue;
    }
    CloseHandle(hPipe);
    free(data);
    return 0;
}

int _tmain(int argc, TCHAR *argv[])
{
    unsigned long first = 0, second = 0;

    companion_init(argv[0]);
    if (argc < 3 || !format_text(pipeName, 257, _T("\\\\.\\pipe\\%s"), argv[2]))
        die_usage(_T("expected WHAT PIPE ..."));
    const TCHAR *what = argv[1];
    if (argc > 3)
        parse_number(argv[3], 1, MAXLONG, &first);
    if (argc > 4)
        parse_number(argv[4], 1, MAXLONG, &second);

    if (_tcscmp(what, _T("ask")) == 0)
        return ask();
    if (_tcscmp(what, _T("crowd")) == 0 || _tcscmp(what, _T("together")) == 0) {
        files = second;
        return crowd(first, what[0] == _T('t'));
    }
    if (_tcscmp(what, _T("count")) == 0)
        return count(argv[3], argc > 4);
    if (_tcscmp(what, _T("hold")) == 0)
        return hold(first, argc > 4 ? argv[4] : NULL);
    if (_tcscmp(what, _T("serve")) == 0 || _tcscmp(what, _T("mute")) == 0)
        return serve(argc - 3, argv + 3, what[0] == _T('m'));
    if (_tcscmp(what, _T("send")) == 0 || _tcscmp(what, _T("receive")) == 0)
        return pump(what[0] == _T('s'), first, second);
    die_usage(_T("what is '%s'?"), what);
}
