/*
 * SocketClient.c - fetches a file over TCP (not in the book).
 *
 * Shows   getaddrinfo gives a list of addresses, IPv6 and IPv4: try them in turn. recv gives any part of the stream.
 * Run     SocketClient [--host H] [--port N] [--timeout MS] [--output FILE] [FILE]
 * With    SocketServer.c or socket_server.c, started before this one
 * POSIX   socket_client.c
 */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <stdlib.h>
#include <string.h>

#include "../05-named-pipe/shared/file_service.h"

#define CLEAN_UP_MS 2000

static SOCKET connection = INVALID_SOCKET;
static HANDLE hIsClean;
static volatile LONG isCancelled, isLate;

/*
 * On a thread of its own. Closing the socket ends the call in which the main thread waits for it; that thread removes
 * what has come. Afterwards the system ends the process, as it does where there is no handler.
 */
static BOOL WINAPI on_ctrl_c(DWORD event)
{
    (void)event;
    isCancelled = TRUE;
    closesocket(connection);
    WaitForSingleObject(hIsClean, CLEAN_UP_MS);
    return FALSE;
}

/* --timeout counts over all of it. SO_RCVTIMEO would hold for each recv anew, however few bytes that gives. */
static VOID CALLBACK on_time_over(PVOID context, BOOLEAN fired)
{
    (void)context;
    (void)fired;
    isLate = TRUE;
    closesocket(connection);
}

/* Tries each address of the host until one answers. */
static void connect_to(const TCHAR *host, DWORD port)
{
    ADDRINFOA hints = {0}, *addresses;
    char service[16];

    snprintf(service, sizeof(service), "%lu", port);
    hints.ai_socktype = SOCK_STREAM;
    char *name = utf8_from_text(host);
    if (getaddrinfo(name, service, &hints, &addresses) != 0)
        die_error(_T("getaddrinfo(%s)"), host);
    free(name);

    for (const ADDRINFOA *one = addresses; one != NULL && connection == INVALID_SOCKET && !isLate; one = one->ai_next) {
        connection = socket(one->ai_family, one->ai_socktype, one->ai_protocol);
        if (connection == INVALID_SOCKET || connect(connection, one->ai_addr, (int)one->ai_addrlen) == 0)
            continue;
        DWORD error = GetLastError();
        closesocket(connection);
        SetLastError(error);
        connection = INVALID_SOCKET;
    }
    if (connection == INVALID_SOCKET) {
        if (isLate)
            SetLastError(WSAETIMEDOUT);
        report_error(_T("connect(%s, port %lu)"), host, port);
        if (GetLastError() == WSAECONNREFUSED)
            report(_T("hint: start SocketServer first, with the same --port"));
        exit(STATUS_FAILED);
    }
    freeaddrinfo(addresses);
}

int _tmain(int argc, TCHAR *argv[])
{
    static char data[CHUNK_BYTES];
    const TCHAR *host = _T("localhost"), *output = NULL;
    DWORD port = 7810, timeout = 60000;
    file_receipt receipt;
    WSADATA winsock;
    HANDLE hTimer;
    int bytes;

    const option_spec options[] = {
        OPTION_TEXT("--host", "H", &host, "ask that computer (localhost)"),
        OPTION_NUMBER("--port", "N", &port, 1, 65535, "on that port (7810)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 1, MAXDWORD / 2, "take MS at most for all of it (60000)"),
        OPTION_TEXT("--output", "FILE", &output, "write to FILE, which appears when it is complete (the screen)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int files = parse_options(argc, argv, _T("Fetches FILE (news.txt) over TCP."), _T("[FILE]"), options);
    char *request = utf8_from_text(files > 0 ? argv[1] : _T("news.txt"));
    int length = (int)strlen(request);
    if (strchr(request, '\n') != NULL)
        die_usage(_T("FILE: a name with a line feed in it cannot be asked for"));
    /* The line feed takes the place of the terminator: that is where the request ends. */
    request[length++] = '\n';

    int error = WSAStartup(MAKEWORD(2, 2), &winsock);
    if (error != 0) {
        SetLastError((DWORD)error);
        die_error(_T("WSAStartup"));
    }
    begin_receipt(&receipt, output);
    /* A computer that has lost its power, or the way to it, says nothing: no end and no error. */
    if (!CreateTimerQueueTimer(&hTimer, NULL, on_time_over, NULL, timeout, 0, WT_EXECUTEONLYONCE))
        die_error(_T("CreateTimerQueueTimer"));
    connect_to(host, port);
    for (int sent = 0; sent < length; sent += bytes) {
        bytes = send(connection, request + sent, length - sent, 0);
        if (bytes == SOCKET_ERROR)
            die_error(_T("send(%s)"), host);
    }
    free(request);

    hIsClean = CreateEvent(NULL, TRUE, FALSE, NULL);
    if (hIsClean == NULL || !SetConsoleCtrlHandler(on_ctrl_c, TRUE))
        die_error(_T("SetConsoleCtrlHandler"));
    while ((bytes = recv(connection, data, sizeof(data), 0)) > 0) {
        if (!add_to_receipt(&receipt, data, (size_t)bytes) || isLate)
            break;
    }
    if (isCancelled) {
        drop_receipt(&receipt);
        SetEvent(hIsClean);
        Sleep(INFINITE); /* on_ctrl_c returns, and the system ends the process */
    }
    if (isLate)
        report(_T("the time is over: %lu ms, waiting for the answer"), timeout);
    else if (bytes == SOCKET_ERROR)
        report_error(_T("recv(%s)"), host);
    closesocket(connection);
    WSACleanup();
    return end_receipt(&receipt);
}
