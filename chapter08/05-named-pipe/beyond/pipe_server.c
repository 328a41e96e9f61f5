/*
 * pipe_server.c - what the four servers share: their command line, and a list of the clients at hand.
 *
 * Shows   CancelIoEx from a timer: a time limit for calls that have none, whether they block or are overlapped.
 * With    NamedPipe_Server.c, NamedPipe_ServerThread.c, NamedPipe_ServerOverlapped.c, NamedPipe_ServerCompletion.c
 */
#include <stdlib.h>

#include "pipe_server.h"

static SRWLOCK lock = SRWLOCK_INIT;
static CONDITION_VARIABLE all_gone = CONDITION_VARIABLE_INIT;
static pipe_client *clients; /* the list, under the lock */
static DWORD last_number, present;
static DWORD patience = 10000;

/* Every so often: whoever has not moved since the last time has had enough of it. */
static VOID CALLBACK look_after_clients(PVOID context, BOOLEAN fired)
{
    (void)context;
    (void)fired;
    AcquireSRWLockExclusive(&lock);
    for (pipe_client *one = clients; one != NULL; one = one->next) {
        /* Where nothing is pending just now, nothing is cancelled; there is a next time. */
        if (one->steps == one->steps_seen)
            CancelIoEx(one->hPipe, NULL);
        one->steps_seen = one->steps;
    }
    ReleaseSRWLockExclusive(&lock);
}

void read_settings(pipe_settings *settings, int argc, TCHAR *argv[], const TCHAR *about)
{
    const TCHAR *name = _T("simple_pipe");
    const TCHAR *root = _T(".");
    bool isRemote = false;
    HANDLE hTimer;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "serve on \\\\.\\pipe\\NAME (simple_pipe)"),
        OPTION_TEXT("--root", "DIR", &root, "serve the files directly in DIR (the current folder)"),
        OPTION_NUMBER("--clients", "N", &settings->clients, 1, MAXDWORD, "end after N clients (no limit)"),
        OPTION_NUMBER("--patience", "MS", &patience, 1, MAXDWORD / 2,
                      "cut off a client that does nothing for MS to twice MS (10000)"),
        OPTION_FLAG("--remote", &isRemote, "let clients on other computers in"),
        OPTIONS_END,
    };
    settings->clients = 0;
    companion_init(argv[0]);
    parse_options(argc, argv, about, NULL, options);
    if (name[0] == _T('\0') || _tcschr(name, _T('\\')) != NULL)
        die_usage(_T("--name: a pipe's name is not empty and has no backslash"));
    if (!format_text(settings->pipeName, 257, _T("\\\\.\\pipe\\%s"), name))
        die_usage(_T("--name: a pipe's whole name has 256 characters at most"));
    settings->remote = isRemote ? PIPE_ACCEPT_REMOTE_CLIENTS : PIPE_REJECT_REMOTE_CLIENTS;

    serve_folder(root);
    if (!CreateTimerQueueTimer(&hTimer, NULL, look_after_clients, NULL, patience, patience, WT_EXECUTEDEFAULT))
        die_error(_T("CreateTimerQueueTimer"));
}

pipe_client *add_client(HANDLE hPipe)
{
    pipe_client *one = calloc(1, sizeof(*one));
    if (one == NULL)
        die_error(_T("calloc"));
    one->hPipe = hPipe;
    one->steps = 1; /* not yet seen: it has its whole time before it */

    AcquireSRWLockExclusive(&lock);
    one->number = ++last_number;
    one->next = clients;
    one->link = &clients;
    if (clients != NULL)
        clients->link = &one->next;
    clients = one;
    present++;
    ReleaseSRWLockExclusive(&lock);
    return one;
}

void remove_client(pipe_client *one, DWORD error)
{
    AcquireSRWLockExclusive(&lock);
    *one->link = one->next;
    if (one->next != NULL)
        one->next->link = one->link;
    ReleaseSRWLockExclusive(&lock);

    end_reply(&one->reply, one->number,
              error == ERROR_SUCCESS             ? NULL
              : error == ERROR_OPERATION_ABORTED ? _T("cut off, it did nothing for too long")
                                                 : _T("gone before it had its answer"));
    /*
     * Not DisconnectNamedPipe: that would throw away what the client has not read yet, unless FlushFileBuffers
     * waited for it first, and it may never read. After CloseHandle it reads the rest, then end of file.
     */
    CloseHandle(one->hPipe);
    free(one);

    AcquireSRWLockExclusive(&lock);
    present--;
    ReleaseSRWLockExclusive(&lock);
    WakeAllConditionVariable(&all_gone);
}

void wait_for_clients(void)
{
    AcquireSRWLockExclusive(&lock);
    while (present > 0)
        SleepConditionVariableSRW(&all_gone, &lock, INFINITE, 0);
    ReleaseSRWLockExclusive(&lock);
}

bool has_clients(void)
{
    AcquireSRWLockExclusive(&lock);
    bool has = present > 0;
    ReleaseSRWLockExclusive(&lock);
    return has;
}
