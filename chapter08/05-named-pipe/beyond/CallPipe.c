/*
 * CallPipe.c - asks how long a file is, each request and its answer in one call.
 *
 * Shows   CallNamedPipe: open, write one message, read one, close. TransactNamedPipe: write one and read one, on a
 *         pipe that stays open. Both for pipes of messages only.
 * Run     CallPipe [--name NAME] [--timeout MS] [FILE]
 * With    NamedPipe_ServerThread.c, NamedPipe_ServerOverlapped.c or NamedPipe_ServerCompletion.c, started before
 */
#include <stdlib.h>
#include <string.h>

#include "../shared/file_service.h"
#include "time_limit.h"

#define LOOK_AGAIN_MS 50

#ifndef ERROR_HANDLES_CLOSED
#define ERROR_HANDLES_CLOSED 676L /* MinGW does not have it */
#endif

/* CallNamedPipe has a limit for a pipe that is busy, and none for a server that does not answer: this ends it all. */
static VOID CALLBACK on_time_over(PVOID context, BOOLEAN fired)
{
    (void)context;
    (void)fired;
    report_time_over(_T("the answer"));
    _Exit(STATUS_FAILED);
}

/*
 * Whether a call has failed only since there is no pipe now: between two instances of a server that has one, and makes
 * it anew for each client. Then waits a moment. Who was waiting when the pipe went gets the second error under Wine.
 */
static bool is_between_instances(void)
{
    if (GetLastError() != ERROR_FILE_NOT_FOUND && GetLastError() != ERROR_HANDLES_CLOSED)
        return false;
    Sleep(LOOK_AGAIN_MS);
    return true;
}

/* The header is a message of its own, and all that is wanted here: the content stays in the pipe, unread. */
static void show_header(const TCHAR *call, const char *header, DWORD bytes)
{
    TCHAR *text;

    if (bytes > 0 && header[bytes - 1] == '\n')
        bytes--;
    text = text_from_utf8(header, bytes);
    print(_T("%s: %s\n"), call, text == NULL ? _T("(no text)") : printable(text));
    free(text);
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("simple_pipe");
    DWORD timeout = 20000, bytesRead, mode = PIPE_READMODE_MESSAGE;
    TCHAR pipeName[257];
    HANDLE hTimer;
    char header[HEADER_BYTES];

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "ask on the pipe NAME (simple_pipe)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 1, MAXDWORD - 1, "take MS at most for all of it (20000)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int files = parse_options(argc, argv, _T("Asks a file server how long FILE (news.txt) is."), _T("[FILE]"), options);
    if (!format_text(pipeName, 257, _T("\\\\.\\pipe\\%s"), name))
        die_usage(_T("--name: a pipe's whole name has 256 characters at most"));
    char *request = utf8_from_text(files > 0 ? argv[1] : _T("news.txt"));
    DWORD requestBytes = (DWORD)strlen(request);

    begin_time_limit(timeout);
    if (!CreateTimerQueueTimer(&hTimer, NULL, on_time_over, NULL, timeout, 0, WT_EXECUTEONLYONCE))
        die_error(_T("CreateTimerQueueTimer"));
    /* 1 ms is enough to see that there is a pipe: what is not there now is told apart from what goes meanwhile. */
    bool isThere = WaitNamedPipe(pipeName, 1) || GetLastError() == ERROR_SEM_TIMEOUT;
    BOOL isSuccess;
    do {
        isSuccess =
            CallNamedPipe(pipeName, request, requestBytes, header, sizeof(header), &bytesRead, NMPWAIT_WAIT_FOREVER);
    } while (!isSuccess && isThere && is_between_instances());
    if (!isSuccess) {
        report_error(_T("CallNamedPipe(%s)"), pipeName);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: start NamedPipe_ServerThread first, with the same --name"));
        return STATUS_FAILED;
    }
    show_header(_T("CallNamedPipe"), header, bytesRead);

    /* The same by hand: CallNamedPipe has done all of this. */
    HANDLE hPipe;
    do {
        while (!WaitNamedPipe(pipeName, timeout)) {
            if (!is_between_instances())
                die_error(_T("WaitNamedPipe(%s)"), pipeName);
        }
        hPipe = CreateFile(pipeName, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                           SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
    } while (hPipe == INVALID_HANDLE_VALUE && /* another client was faster, or there is no pipe again */
             (GetLastError() == ERROR_PIPE_BUSY || GetLastError() == ERROR_FILE_NOT_FOUND));
    if (hPipe == INVALID_HANDLE_VALUE)
        die_error(_T("CreateFile(%s)"), pipeName);
    if (!SetNamedPipeHandleState(hPipe, &mode, NULL, NULL))
        die_error(_T("SetNamedPipeHandleState(%s)"), pipeName);
    if (!TransactNamedPipe(hPipe, request, requestBytes, header, sizeof(header), &bytesRead, NULL))
        die_error(_T("TransactNamedPipe(%s)"), pipeName);
    show_header(_T("TransactNamedPipe"), header, bytesRead);

    CloseHandle(hPipe);
    free(request);
    return 0;
}
