/*
 * PipeDeadlock.c - PipeParent with a mistake: three common ways in which parent and child wait for each other for ever.
 *
 * Shows   Why the parent closes the child's ends at once, why the child must not inherit the parent's ends, and why one
 *         thread must not write everything before it reads.
 * Run     PipeDeadlock [--limit MS] [parent-end | child-end | full-buffers]
 * With    PipeParent.c, which does it right; PipeChild.c and SortLines.c, which it starts
 */
#include <stdlib.h>
#include <string.h>

#include "companion.h"
#include "pipe_error.h"

/* Far more than any pipe holds. */
#define REQUEST_BYTES 1048576

enum { PARENT_END, CHILD_END, FULL_BUFFERS, MISTAKES };

static const TCHAR *const mistakes[MISTAKES] = {_T("parent-end"), _T("child-end"), _T("full-buffers")};
static HANDLE hRequestRead, hRequestWrite, hAnswerRead, hAnswerWrite;

/* Writes all, then reads all, on one thread. With a short request that works if the right ends are closed. */
static DWORD WINAPI talk_to_child(void *request)
{
    char answer[4096];
    DWORD bytes;

    if (!WriteFile(hRequestWrite, request, (DWORD)strlen(request), &bytes, NULL)) {
        /* The main thread has noticed the deadlock and ended the child. */
        if (is_pipe_closed())
            return STATUS_FAILED;
        die_error(_T("WriteFile"));
    }
    CloseHandle(hRequestWrite);

    while (ReadFile(hAnswerRead, answer, sizeof(answer), &bytes, NULL)) {
        TCHAR *text = text_from_utf8(answer, bytes);
        if (text == NULL)
            die_error(_T("text_from_utf8"));
        text[_tcscspn(text, _T("\r\n"))] = _T('\0');
        print(_T("the child answers: %s\n"), text);
        free(text);
    }
    return 0;
}

static void make_inheritable(HANDLE hEnd)
{
    if (!SetHandleInformation(hEnd, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT))
        die_error(_T("SetHandleInformation"));
}

/* `bytes` bytes of the lines "a", "a" ... */
static char *make_request(size_t bytes)
{
    char *request = malloc(bytes + 1);

    if (request == NULL)
        die_error(_T("malloc"));
    for (size_t i = 0; i < bytes; i += 2)
        memcpy(request + i, "a\n", 2);
    request[bytes] = '\0';
    return request;
}

/* Says who waits for what, and which mistake is the reason. */
static void explain(int mistake)
{
    DWORD waiting = 0;

    switch (mistake) {
    case PARENT_END:
        report(_T("the child has ended, but ReadFile still waits for more of its answer"));
        report(_T("open: the writing end of the answer pipe, by this process, in hAnswerWrite"));
        report(_T("hint: close the child's ends as soon as CreateProcess has returned"));
        break;
    case CHILD_END:
        report(_T("ReadFile waits for the answer, and the child for the end of its input"));
        report(_T("open: the writing end of the request pipe, by the child itself, which has inherited hRequestWrite"));
        report(_T("hint: make only the child's own ends inheritable"));
        break;
    default:
        /* No ReadFile is waiting on this pipe; PeekNamedPipe would wait for it. */
        if (!PeekNamedPipe(hAnswerRead, NULL, 0, NULL, &waiting, NULL))
            die_error(_T("PeekNamedPipe"));
        report(_T("WriteFile waits for the child to read, and the child for this process to read"));
        report(_T("full: both pipes; %lu bytes of the answer are there, and nobody reads them"), waiting);
        report(_T("hint: read and write on two threads"));
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    DWORD limit = 2000;
    int mistake = PARENT_END;
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;

    const option_spec options[] = {
        OPTION_NUMBER("--limit", "MS", &limit, 1, 3600000, "give up after MS (2000)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Makes a MISTAKE: parent-end (if none is named), child-end or full-buffers."),
                  _T("[MISTAKE]"), options);
    while (argv[1] != NULL && mistake < MISTAKES && _tcscmp(argv[1], mistakes[mistake]) != 0)
        mistake++;
    if (mistake == MISTAKES)
        die_usage(_T("MISTAKE is parent-end, child-end or full-buffers, not '%s'"), argv[1]);

    if (!CreatePipe(&hRequestRead, &hRequestWrite, NULL, 0) || !CreatePipe(&hAnswerRead, &hAnswerWrite, NULL, 0))
        die_error(_T("CreatePipe"));
    make_inheritable(hRequestRead);
    make_inheritable(hAnswerWrite);
    if (mistake == CHILD_END)
        make_inheritable(hRequestWrite);

    TCHAR *commandLine = append_argument(NULL, mistake == CHILD_END ? _T("SortLines") : _T("PipeChild"));
    si.cb = sizeof(si);
    si.dwFlags = STARTF_USESTDHANDLES;
    si.hStdInput = hRequestRead;
    si.hStdOutput = hAnswerWrite;
    si.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    if (!CreateProcess(NULL, commandLine, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), commandLine);
    CloseHandle(pi.hThread);
    CloseHandle(hRequestRead);
    if (mistake != PARENT_END)
        CloseHandle(hAnswerWrite);

    HANDLE hTalk =
        CreateThread(NULL, 0, talk_to_child, make_request(mistake == FULL_BUFFERS ? REQUEST_BYTES : 2), 0, NULL);
    if (hTalk == NULL)
        die_error(_T("CreateThread"));
    /* With parent-end the child ends. It is a deadlock when the thread still waits long after that. */
    if (mistake == PARENT_END)
        WaitForSingleObject(pi.hProcess, INFINITE);
    if (WaitForSingleObject(hTalk, limit) != WAIT_TIMEOUT)
        return 0;

    print(_T("deadlock: nothing has moved for %lu ms\n"), limit);
    explain(mistake);
    /* Without the child, and without the end that should be closed, nothing blocks the thread any more, and it ends. */
    TerminateProcess(pi.hProcess, STATUS_FAILED);
    if (mistake == PARENT_END)
        CloseHandle(hAnswerWrite);
    WaitForSingleObject(hTalk, INFINITE);
    return STATUS_FAILED;
}
