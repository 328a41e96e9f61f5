/*
 * NamedPipe_Fetch.c - fetches a file through a named pipe, within a time limit and whole or not at all.
 *
 * Shows   FILE_FLAG_OVERLAPPED on the client's end: WaitForMultipleObjects waits for the pipe, for Ctrl+C and for the
 *         end of the time at once. CancelIoEx takes back what has begun.
 * Run     NamedPipe_Fetch [--name NAME] [--server COMPUTER] [--timeout MS] [--output FILE] [FILE]
 * With    NamedPipe_ServerThread.c, NamedPipe_ServerOverlapped.c or NamedPipe_ServerCompletion.c, started before
 * POSIX   unix_socket_client.c
 */
#include <stdlib.h>
#include <string.h>

#include "../shared/file_service.h"
#include "time_limit.h"

#define CLEAN_UP_MS   2000
#define LOOK_AGAIN_MS 50

static HANDLE hCtrlC, hIsClean;
static LONG volatile hasCtrlC; /* as hCtrlC says, for whoever does not wait */
static DWORD timeout = INFINITE;

/* On a thread of its own. Afterwards the system ends the process, as it does where there is no handler. */
static BOOL WINAPI on_ctrl_c(DWORD event)
{
    (void)event;
    InterlockedExchange(&hasCtrlC, 1);
    SetEvent(hCtrlC);
    WaitForSingleObject(hIsClean, CLEAN_UP_MS);
    return FALSE;
}

static HANDLE open_pipe(const TCHAR *pipeName)
{
    for (bool wasBusy = false;;) {
        HANDLE hPipe = CreateFile(pipeName, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                                  FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
        if (hPipe != INVALID_HANDLE_VALUE)
            return hPipe;

        /* Never WaitNamedPipe(pipeName, 0): 0 stands for the server's default. INFINITE is NMPWAIT_WAIT_FOREVER. */
        DWORD left = time_left();
        if (GetLastError() == ERROR_PIPE_BUSY && left > 0) {
            wasBusy = true;
            /* Whatever it gives, CreateFile tells more: another client may be faster, or the pipe may have gone. */
            WaitNamedPipe(pipeName, left);
            continue;
        }
        /*
         * A server that closes its one instance and makes it anew for each client: between the two there is no pipe.
         * Who comes just then has seen none: with a time limit that is waited out, too.
         */
        if (GetLastError() == ERROR_FILE_NOT_FOUND && (wasBusy || timeout != INFINITE) && left > 0) {
            Sleep(min(left, LOOK_AGAIN_MS));
            continue;
        }
        if (GetLastError() == ERROR_PIPE_BUSY) {
            report(_T("%s was busy for %lu ms"), pipeName, timeout);
            exit(STATUS_FAILED);
        }
        report_error(_T("CreateFile(%s)"), pipeName);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: start NamedPipe_ServerThread first, with the same --name"));
        exit(STATUS_FAILED);
    }
}

/* Waits until a read or write that has begun is done. False: it failed, or the time is over, or Ctrl+C was typed. */
static bool finish(HANDLE hPipe, OVERLAPPED *operation, DWORD *bytes)
{
    /* Ctrl+C is the first: where both are signaled, the wait gives the first. */
    const HANDLE hEvents[] = {hCtrlC, operation->hEvent};
    DWORD left = time_left();

    /* What is done already needs no wait: each is one more call to the system, for every piece of the file. */
    if (HasOverlappedIoCompleted(operation) && left > 0 && !hasCtrlC)
        return GetOverlappedResult(hPipe, operation, bytes, FALSE);
    DWORD result = left == 0 ? WAIT_TIMEOUT : WaitForMultipleObjects(2, hEvents, FALSE, left);

    if (result == WAIT_OBJECT_0 + 1)
        return GetOverlappedResult(hPipe, operation, bytes, FALSE);
    DWORD error = result == WAIT_OBJECT_0 ? ERROR_CANCELLED : result == WAIT_TIMEOUT ? WAIT_TIMEOUT : GetLastError();
    /* The system may write to our buffer until the operation has ended, cancelled or not. */
    CancelIoEx(hPipe, operation);
    GetOverlappedResult(hPipe, operation, bytes, TRUE);
    SetLastError(error);
    return false;
}

/* Asks, and takes the answer until its end, which is ERROR_BROKEN_PIPE. Gives the error that ended it, or 0. */
static DWORD fetch(HANDLE hPipe, const TCHAR *fileName, file_receipt *receipt)
{
    static char data[CHUNK_BYTES];
    char *request = utf8_from_text(fileName);
    OVERLAPPED operation = {0};
    DWORD bytes;

    operation.hEvent = CreateEvent(NULL, TRUE, FALSE, NULL);
    if (operation.hEvent == NULL)
        die_error(_T("CreateEvent"));
    /* Where this fails, the server may have said why: so the answer is read all the same. */
    if (WriteFile(hPipe, request, (DWORD)strlen(request), NULL, &operation) || GetLastError() == ERROR_IO_PENDING)
        finish(hPipe, &operation, &bytes);
    /* The pipe stays in byte mode, as a client's end begins: in this protocol the borders of messages mean nothing. */
    do {
        if ((!ReadFile(hPipe, data, sizeof(data), NULL, &operation) && GetLastError() != ERROR_IO_PENDING) ||
            !finish(hPipe, &operation, &bytes))
            return GetLastError();
    } while (add_to_receipt(receipt, data, bytes));
    return ERROR_SUCCESS;
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("simple_pipe"), *computer = _T("."), *output = NULL;
    TCHAR pipeName[257];
    file_receipt receipt;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "ask on the pipe NAME (simple_pipe)"),
        OPTION_TEXT("--server", "COMPUTER", &computer, "on that computer (this one)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 1, MAXDWORD - 1, "take MS at most for all of it (no limit)"),
        OPTION_TEXT("--output", "FILE", &output, "write to FILE, which appears when it is complete (the screen)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int files = parse_options(argc, argv, _T("Fetches FILE (news.txt) through a named pipe."), _T("[FILE]"), options);
    if (!format_text(pipeName, 257, _T("\\\\%s\\pipe\\%s"), computer, name))
        die_usage(_T("--name, --server: a pipe's whole name has 256 characters at most"));

    begin_time_limit(timeout);
    hCtrlC = CreateEvent(NULL, TRUE, FALSE, NULL);
    hIsClean = CreateEvent(NULL, TRUE, FALSE, NULL);
    if (hCtrlC == NULL || hIsClean == NULL)
        die_error(_T("CreateEvent"));
    begin_receipt(&receipt, output);
    HANDLE hPipe = open_pipe(pipeName);
    if (!SetConsoleCtrlHandler(on_ctrl_c, TRUE))
        die_error(_T("SetConsoleCtrlHandler"));

    DWORD error = fetch(hPipe, files > 0 ? argv[1] : _T("news.txt"), &receipt);
    CloseHandle(hPipe);
    if (error == ERROR_CANCELLED) {
        drop_receipt(&receipt);
        SetEvent(hIsClean);
        Sleep(INFINITE); /* on_ctrl_c returns, and the system ends the process */
    }
    if (error == WAIT_TIMEOUT) {
        report_time_over(_T("the answer"));
    } else if (error != ERROR_SUCCESS && error != ERROR_BROKEN_PIPE && error != ERROR_PIPE_NOT_CONNECTED) {
        SetLastError(error);
        report_error(_T("ReadFile(%s)"), pipeName);
    }
    return end_receipt(&receipt);
}
