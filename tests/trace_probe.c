/*
 * trace_probe.c - makes calls for the tests to find in the trace.
 *
 * Run     TraceProbe errors | forms | handles | threads N | ends | end HOW | pool | sockets | overhead
 */
#include <process.h>
#include <stdlib.h>
#include <string.h>

#include "companion.h"

#include <tlhelp32.h>
#include <winsock2.h>
#include <ws2tcpip.h>

/* Prints the last error after calls that set it, and after calls that leave it alone. */
static int show_errors(void)
{
    HANDLE hEvent = CreateEvent(NULL, FALSE, FALSE, NULL);

    SetLastError(1234);
    SetEvent(hEvent);
    print(_T("kept %lu\n"), GetLastError());
    CloseHandle(CreateFile(_T("no/such/file"), GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL));
    CreateFile(_T("no/such/file"), GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    print(_T("set %lu\n"), GetLastError());
    CreateMutex(NULL, FALSE, _T("Local\\companion-trace-probe"));
    CreateMutex(NULL, FALSE, _T("Local\\companion-trace-probe"));
    print(_T("success %lu\n"), GetLastError());
    WaitForSingleObject(hEvent, 0);
    return 0;
}

/* A call in its plain form, its W form and its A form; and a function by its name, which is the function of Windows. */
static int call_in_each_form(void)
{
    BOOL(WINAPI * close)(HANDLE) = CloseHandle;
    STARTUPINFOA si = {0};
    PROCESS_INFORMATION pi;
    PROCESSENTRY32W entry = {0};
    char command[] = "no-such-program \xED\x95\x9C", value[8];

    close(CreateEvent(NULL, FALSE, FALSE, NULL));
    close(CreateEventW(NULL, FALSE, FALSE, L"Local\\companion-trace-\xD55C"));
    close(CreateEventA(NULL, FALSE, FALSE, "Local\\companion-trace-\xED\x95\x9C"));
    SetEnvironmentVariableA("COMPANION_PROBE", "\xED\x95\x9C");
    SetEnvironmentVariableA("COMPANION_PROBE", "plain");
    GetEnvironmentVariableA("COMPANION_PROBE", value, sizeof(value));
    si.cb = sizeof(si);
    si.dwFlags = STARTF_USESTDHANDLES;
    CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &si, &pi);
    entry.dwSize = sizeof(entry);
    HANDLE hSnapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    Process32FirstW(hSnapshot, &entry);
    close(hSnapshot);
    CreateFile(_T("no/such/file"), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
               OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    return 0;
}

/* Every way in which a handle comes into a table. */
static int pass_handles(TCHAR *self)
{
    SECURITY_ATTRIBUTES inheritable = {sizeof(inheritable), NULL, TRUE};
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    HANDLE hRead, hWrite, hCopy, events[3];
    DWORD bytes, exitCode;
    TCHAR *command = append_argument(append_argument(NULL, self), _T("errors"));

    events[0] = CreateEvent(&inheritable, TRUE, FALSE, NULL);
    events[1] = CreateEvent(NULL, TRUE, TRUE, NULL);
    CreatePipe(&hRead, &hWrite, &inheritable, 0);
    SetHandleInformation(hRead, HANDLE_FLAG_INHERIT, 0);
    DuplicateHandle(GetCurrentProcess(), GetCurrentProcess(), GetCurrentProcess(), &events[2], SYNCHRONIZE, TRUE, 0);
    DuplicateHandle(GetCurrentProcess(), events[1], GetCurrentProcess(), &hCopy, 0, FALSE, DUPLICATE_SAME_ACCESS);

    si.cb = sizeof(si);
    si.dwFlags = STARTF_USESTDHANDLES;
    si.hStdInput = hRead;
    si.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    si.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    if (!CreateProcess(NULL, command, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), command);
    free(command);

    WriteFile(hWrite, "\x01\xFF\x02", 3, &bytes, NULL);
    WaitForMultipleObjects(3, events, FALSE, INFINITE);
    TerminateProcess(pi.hProcess, 7);
    WaitForSingleObject(pi.hProcess, INFINITE);
    GetExitCodeProcess(pi.hProcess, &exitCode);
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);
    return 0;
}

static DWORD WINAPI set_events(LPVOID count)
{
    for (ULONG_PTR i = 0; i < (ULONG_PTR)count; i++)
        SetEvent(NULL);
    return 0;
}

/* Four threads that make `count` calls each. */
static int call_from_threads(unsigned long count)
{
    HANDLE threads[4];
    for (int i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, set_events, (LPVOID)(ULONG_PTR)count, 0, NULL);
    WaitForMultipleObjects(4, threads, TRUE, INFINITE);
    return 0;
}

static DWORD WINAPI return_5(LPVOID unused)
{
    (void)unused;
    SetEvent(NULL);
    return 5;
}

static unsigned __stdcall end_with_6(void *unused)
{
    (void)unused;
    HANDLE hThread = CreateThread(NULL, 0, return_5, NULL, 0, NULL);
    WaitForSingleObject(hThread, INFINITE);
    CloseHandle(hThread);
    _endthreadex(6);
    return 0;
}

static DWORD WINAPI exit_with_7(LPVOID hEnded)
{
    if (GetLastError() == 0) /* what a new thread finds */
        SetEvent(hEnded);
    ExitThread(7);
}

static void __cdecl set_and_return(void *hEnded)
{
    SetEvent(hEnded);
}

static VOID CALLBACK on_timer(PVOID hEnded, BOOLEAN isTime)
{
    (void)isTime;
    SetEvent(hEnded);
}

/* Threads that are made and end in every way, one after the other. */
static int end_threads(void)
{
    HANDLE hThread, hTimer, hEnded = CreateEvent(NULL, FALSE, FALSE, NULL);

    hThread = (HANDLE)_beginthreadex(NULL, 0, end_with_6, NULL, 0, NULL);
    WaitForSingleObject(hThread, INFINITE);
    CloseHandle(hThread);
    hThread = CreateThread(NULL, 0, exit_with_7, hEnded, CREATE_SUSPENDED, NULL);
    ResumeThread(hThread);
    WaitForSingleObject(hThread, INFINITE);
    CloseHandle(hThread);
    WaitForSingleObject(hEnded, INFINITE);
    _beginthread(set_and_return, 0, hEnded);
    WaitForSingleObject(hEnded, INFINITE);
    if (CreateTimerQueueTimer(&hTimer, NULL, on_timer, hEnded, 1, 0, WT_EXECUTEONLYONCE))
        WaitForSingleObject(hEnded, INFINITE);
    hThread = CreateThread(NULL, 0, return_5, NULL, 0, NULL);
    WaitForSingleObject(hThread, INFINITE);
    CloseHandle(hThread);
    return 0;
}

static VOID CALLBACK on_apc(ULONG_PTR hEvent)
{
    SetEvent((HANDLE)hEvent);
}

/* Work for threads of the system, an APC, and waits that are seldom seen. */
static int use_pool(void)
{
    HANDLE hWait, hQueue, hTimer, hEvents[2], hThread;

    for (int i = 0; i < 2; i++)
        hEvents[i] = CreateEvent(NULL, FALSE, FALSE, NULL);
    if (!RegisterWaitForSingleObject(&hWait, hEvents[0], on_timer, hEvents[1], INFINITE, WT_EXECUTEONLYONCE))
        die_error(_T("RegisterWaitForSingleObject"));
    SignalObjectAndWait(hEvents[0], hEvents[1], INFINITE, FALSE);
    UnregisterWaitEx(hWait, INVALID_HANDLE_VALUE);

    hQueue = CreateTimerQueue();
    CreateTimerQueueTimer(&hTimer, hQueue, on_timer, hEvents[1], 1, 0, WT_EXECUTEDEFAULT);
    MsgWaitForMultipleObjects(2, hEvents, FALSE, INFINITE, 0);
    DeleteTimerQueueEx(hQueue, INVALID_HANDLE_VALUE);

    hThread = OpenThread(THREAD_SET_CONTEXT | THREAD_QUERY_LIMITED_INFORMATION, FALSE, GetCurrentThreadId());
    QueueUserAPC(on_apc, hThread, (ULONG_PTR)hEvents[0]);
    WaitForMultipleObjectsEx(2, hEvents, FALSE, INFINITE, TRUE);
    CloseHandle(hThread);
    return 0;
}

/* A connection with itself, by calls of Windows' own. */
static int use_sockets(void)
{
    WSADATA data;
    SOCKADDR_IN address = {0};
    WSANETWORKEVENTS events;
    char text[] = "abcde", first[4] = "", second[4] = "";
    WSABUF sent[2] = {{3, text}, {2, text + 3}}, read[2] = {{4, first}, {4, second}};
    int bytes = sizeof(address);
    DWORD count, flags = 0;

    WSAStartup(MAKEWORD(2, 2), &data);
    SOCKET listener = WSASocket(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_OVERLAPPED);
    SOCKET client = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener, (const SOCKADDR *)&address, sizeof(address));
    listen(listener, 1);
    getsockname(listener, (SOCKADDR *)&address, &bytes);
    WSAEVENT hEvent = WSACreateEvent();
    WSAEventSelect(listener, hEvent, FD_ACCEPT | FD_CLOSE);
    connect(client, (const SOCKADDR *)&address, sizeof(address));
    WSAWaitForMultipleEvents(1, &hEvent, FALSE, WSA_INFINITE, FALSE);
    WSAEnumNetworkEvents(listener, hEvent, &events);
    SOCKET server = accept(listener, NULL, NULL);
    WSAEventSelect(server, NULL, 0); /* it waits again */
    u_long isNonblocking = 0;
    ioctlsocket(server, (long)FIONBIO, &isNonblocking);
    WSASend(client, sent, 2, &count, 0, NULL, NULL);
    WSARecv(server, read, 2, &count, &flags, NULL, NULL);
    closesocket(server);
    closesocket(client);
    closesocket(listener);
    WSACloseEvent(hEvent);
    WSACleanup();
    return 0;
}

static void call_at_end(void)
{
    SetEvent(NULL);
}

/* Every way in which a process ends by itself. */
static int end_process(const TCHAR *how)
{
    atexit(call_at_end);
    if (_tcscmp(how, _T("exit")) == 0)
        exit(3);
    if (_tcscmp(how, _T("_exit")) == 0)
        _exit(4);
    if (_tcscmp(how, _T("_Exit")) == 0)
        _Exit(5);
    if (_tcscmp(how, _T("ExitProcess")) == 0)
        ExitProcess(6);
    if (_tcscmp(how, _T("TerminateProcess")) == 0)
        TerminateProcess(GetCurrentProcess(), 7);
    if (_tcscmp(how, _T("die_error")) == 0)
        die_error(_T("Nothing"));
    if (_tcscmp(how, _T("die_usage")) == 0)
        die_usage(_T("nothing"));
    if (_tcscmp(how, _T("base")) == 0) {
        set_failure_base(100);
        die_error(_T("Nothing"));
    }
    if (_tcscmp(how, _T("crash")) == 0)
        RaiseException(EXCEPTION_INT_DIVIDE_BY_ZERO, 0, 0, NULL);
    if (_tcscmp(how, _T("wait")) == 0)
        Sleep(INFINITE);
    return 8;
}

static double seconds(void)
{
    LARGE_INTEGER count, frequency;
    QueryPerformanceCounter(&count);
    QueryPerformanceFrequency(&frequency);
    return (double)count.QuadPart / (double)frequency.QuadPart;
}

/* What a recorder costs that does not record: of a call that is next to nothing, and of one that asks the kernel. */
static int measure_overhead(void)
{
    const int cheap_calls = 5000000, kernel_calls = 5000;
    HMODULE hKernel = GetModuleHandle(_T("kernel32.dll"));
    FARPROC found[] = {GetProcAddress(hKernel, "GetStdHandle"), GetProcAddress(hKernel, "SetEvent")};
    HANDLE(WINAPI * get_std_handle)(DWORD);
    BOOL(WINAPI * set_event)(HANDLE);
    HANDLE hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
    double best[4] = {1e9, 1e9, 1e9, 1e9};

    memcpy(&get_std_handle, &found[0], sizeof(get_std_handle));
    memcpy(&set_event, &found[1], sizeof(set_event));
    for (int round = 0; round < 5; round++) {
        double times[5];
        times[0] = seconds();
        for (int i = 0; i < cheap_calls; i++)
            get_std_handle(STD_INPUT_HANDLE);
        times[1] = seconds();
        for (int i = 0; i < cheap_calls; i++)
            GetStdHandle(STD_INPUT_HANDLE);
        times[2] = seconds();
        for (int i = 0; i < kernel_calls; i++)
            set_event(hEvent);
        times[3] = seconds();
        for (int i = 0; i < kernel_calls; i++)
            SetEvent(hEvent);
        times[4] = seconds();
        for (int i = 0; i < 4; i++) {
            if (times[i + 1] - times[i] < best[i])
                best[i] = times[i + 1] - times[i];
        }
    }

    for (int i = 0; i < 4; i += 2) {
        double nanoseconds = 1e9 / (i == 0 ? cheap_calls : kernel_calls);
        print(_T("%s: %.1f ns directly, %.1f ns through its recorder, ratio %.2f\n"),
              i == 0 ? _T("GetStdHandle") : _T("SetEvent"), best[i] * nanoseconds, best[i + 1] * nanoseconds,
              best[i + 1] / best[i]);
    }
    return 0;
}

int _tmain(int argc, TCHAR *argv[])
{
    unsigned long count = 0;

    companion_init(argv[0]);
    const TCHAR *what = argc > 1 ? argv[1] : _T("");
    if (_tcscmp(what, _T("errors")) == 0)
        return show_errors();
    if (_tcscmp(what, _T("forms")) == 0)
        return call_in_each_form();
    if (_tcscmp(what, _T("handles")) == 0)
        return pass_handles(argv[0]);
    if (_tcscmp(what, _T("threads")) == 0 && argc > 2 && parse_number(argv[2], 1, 100000, &count))
        return call_from_threads(count);
    if (_tcscmp(what, _T("ends")) == 0)
        return end_threads();
    if (_tcscmp(what, _T("end")) == 0 && argc > 2)
        return end_process(argv[2]);
    if (_tcscmp(what, _T("pool")) == 0)
        return use_pool();
    if (_tcscmp(what, _T("sockets")) == 0)
        return use_sockets();
    if (_tcscmp(what, _T("overhead")) == 0)
        return measure_overhead();
    die_usage(_T("expected errors, forms, handles, threads N, ends, end HOW, pool, sockets or overhead, found '%s'"),
              what);
}
