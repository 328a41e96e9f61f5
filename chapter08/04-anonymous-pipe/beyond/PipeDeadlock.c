/*
 * PipeDeadlock.c - PipeParent with a mistake: the three classic ways to wait for each other for ever.
 *
 * Shows   Why the parent closes the child's ends at once, why the child must not inherit the parent's, and why
 *         one thread must not write everything before it reads.
 * Run     PipeDeadlock [--limit MS] [parent-end | child-end | full-buffers]
 * With    PipeParent.c, which does it right; PipeChild.c, SortLines.c
 */
#include <stdlib.h>
#include <string.h>

#include "companion.h"
#include "pipe_copy.h"

/* Far more than any pipe holds by itself. */
#define REQUEST_BYTES 1048576

static HANDLE hRequestRead, hRequestWrite, hAnswerRead, hAnswerWrite;

/* Writes all, then reads all, on one thread. With a short request that works as long as every end is closed. */
static DWORD WINAPI talk(void *request)
{
    char answer[4096];
    DWORD bytes;

    if (!WriteFile(hRequestWrite, request, (DWORD)strlen(request), &bytes, NULL)) {
        /* The main thread has given up, told why, and ended the child. */
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

static void set_inheritable(HANDLE hEnd)
{
    if (!SetHandleInformation(hEnd, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT))
        die_error(_T("SetHandleInformation"));
}

/* One line "a" or, to fill the buffers, many. */
static char *make_request(bool isLong)
{
    size_t bytes = isLong ? REQUEST_BYTES : 2;
    char *request = malloc(bytes + 1);

    if (request == NULL)
        die_error(_T("malloc"));
    for (size_t i = 0; i < bytes; i += 2)
        memcpy(request + i, "a\n", 2);
    request[bytes] = '\0';
    return request;
}

static void explain(bool isParentEnd, bool isChildEnd)
{
    DWORD waiting = 0;

    if (isParentEnd) {
        report(_T("the child has ended, and yet ReadFile waits for more of its answer"));
        report(_T("open: the writing end of the answer pipe, by this process, in hAnswerWrite"));
        report(_T("hint: close the child's ends as soon as CreateProcess has returned"));
    } else if (isChildEnd) {
        report(_T("ReadFile waits for the answer, and the child for the end of its input"));
        report(_T("open: the writing end of the request pipe, by the child itself, which has inherited hRequestWrite"));
        report(_T("hint: make only the child's own ends inheritable"));
    } else {
        /* Nobody reads from this pipe, so the question cannot be held up by a ReadFile. */
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
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;

    const option_spec options[] = {
        OPTION_NUMBER("--limit", "MS", &limit, 1, 3600000, "give up after MS (2000)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Makes a MISTAKE: parent-end (this one if none is named), child-end, full-buffers."),
                  _T("[MISTAKE]"), options);
    const TCHAR *mistake = argv[1] != NULL ? argv[1] : _T("parent-end");
    bool isParentEnd = _tcscmp(mistake, _T("parent-end")) == 0, isChildEnd = _tcscmp(mistake, _T("child-end")) == 0;
    if (!isParentEnd && !isChildEnd && _tcscmp(mistake, _T("full-buffers")) != 0)
        die_usage(_T("MISTAKE is parent-end, child-end or full-buffers, not '%s'"), mistake);

    if (!CreatePipe(&hRequestRead, &hRequestWrite, NULL, 0) || !CreatePipe(&hAnswerRead, &hAnswerWrite, NULL, 0))
        die_error(_T("CreatePipe"));
    set_inheritable(hRequestRead);
    set_inheritable(hAnswerWrite);
    if (isChildEnd)
        set_inheritable(hRequestWrite);

    TCHAR *commandLine = append_argument(NULL, isChildEnd ? _T("SortLines") : _T("PipeChild"));
    si.cb = sizeof(si);
    si.dwFlags = STARTF_USESTDHANDLES;
    si.hStdInput = hRequestRead;
    si.hStdOutput = hAnswerWrite;
    si.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    if (!CreateProcess(NULL, commandLine, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), commandLine);
    CloseHandle(pi.hThread);
    CloseHandle(hRequestRead);
    if (!isParentEnd)
        CloseHandle(hAnswerWrite);

    HANDLE hTalk = CreateThread(NULL, 0, talk, make_request(!isParentEnd && !isChildEnd), 0, NULL);
    if (hTalk == NULL)
        die_error(_T("CreateThread"));
    /* This child ends by itself. Time is over when the talk still goes on long after that. */
    if (isParentEnd)
        WaitForSingleObject(pi.hProcess, INFINITE);
    if (WaitForSingleObject(hTalk, limit) != WAIT_TIMEOUT)
        return 0;

    print(_T("deadlock: nothing has moved for %lu ms\n"), limit);
    explain(isParentEnd, isChildEnd);
    /* Without the end that should not be open, and without the child, nothing holds the talk up any more. */
    TerminateProcess(pi.hProcess, STATUS_FAILED);
    if (isParentEnd)
        CloseHandle(hAnswerWrite);
    WaitForSingleObject(hTalk, INFINITE);
    return STATUS_FAILED;
}
