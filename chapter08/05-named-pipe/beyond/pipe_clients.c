/*
 * pipe_clients.c - what the three servers of beyond/ share: their command line, and a list of their clients.
 *
 * Shows   A list that several threads change: a slim reader/writer lock, a condition variable.
 * With    NamedPipe_ServerThread.c, NamedPipe_ServerOverlapped.c, NamedPipe_ServerCompletion.c
 */
#include <stdlib.h>

#include "pipe_clients.h"

static SRWLOCK lock = SRWLOCK_INIT;
static CONDITION_VARIABLE all_gone = CONDITION_VARIABLE_INIT;
static pipe_client *clients; /* the list, under the lock */
static DWORD last_number, present;

void read_settings(pipe_settings *settings, int argc, TCHAR *argv[], const TCHAR *about)
{
    const TCHAR *name = _T("simple_pipe");
    bool is_remote = false;
    const service_settings defaults = SERVICE_DEFAULTS;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "serve on \\\\.\\pipe\\NAME (simple_pipe)"),
        SERVICE_OPTIONS(settings->service),
        OPTION_FLAG("--remote", &is_remote, "let clients on other computers in"),
        OPTIONS_END,
    };
    settings->service = defaults;
    companion_init(argv[0]);
    parse_options(argc, argv, about, NULL, options);
    if (_tcschr(name, _T('\\')) != NULL)
        die_usage(_T("--name: a pipe's name has no backslash"));
    if (!format_text(settings->pipeName, 257, _T("\\\\.\\pipe\\%s"), name))
        die_usage(_T("--name: a pipe's whole name has 256 characters at most"));
    settings->remote = is_remote ? PIPE_ACCEPT_REMOTE_CLIENTS : PIPE_REJECT_REMOTE_CLIENTS;
    serve_folder(settings->service.root);
}

void die_without_name(const pipe_settings *settings)
{
    report_error(_T("CreateNamedPipe(%s)"), settings->pipeName);
    if (GetLastError() == ERROR_ACCESS_DENIED || GetLastError() == ERROR_PIPE_BUSY)
        report(_T("hint: another program has a pipe of this name; end it, or choose another --name"));
    exit(STATUS_FAILED);
}

pipe_client *add_client(HANDLE hPipe)
{
    pipe_client *client = calloc(1, sizeof(*client));
    if (client == NULL) {
        report(_T("no memory for a client"));
        return NULL;
    }
    client->hPipe = hPipe;
    client->steps = 1; /* more than has been seen: its time begins with the next look */

    AcquireSRWLockExclusive(&lock);
    client->number = ++last_number;
    client->next = clients;
    client->link = &clients;
    if (clients != NULL)
        clients->link = &client->next;
    clients = client;
    present++;
    ReleaseSRWLockExclusive(&lock);
    return client;
}

void for_each_idle_client(void (*call)(pipe_client *client))
{
    AcquireSRWLockExclusive(&lock);
    for (pipe_client *client = clients; client != NULL; client = client->next) {
        if (client->steps == client->steps_seen)
            call(client);
        client->steps_seen = client->steps;
    }
    ReleaseSRWLockExclusive(&lock);
}

void remove_client(pipe_client *client, DWORD error)
{
    AcquireSRWLockExclusive(&lock);
    *client->link = client->next;
    if (client->next != NULL)
        client->next->link = client->link;
    ReleaseSRWLockExclusive(&lock);

    end_reply(&client->reply, client->number,
              error == ERROR_SUCCESS             ? NULL
              : error == ERROR_OPERATION_ABORTED ? _T("cut off, it did nothing for too long")
                                                 : _T("gone before it had its answer"));
}

void free_client(pipe_client *client)
{
    free(client);
    AcquireSRWLockExclusive(&lock);
    present--;
    ReleaseSRWLockExclusive(&lock);
    WakeAllConditionVariable(&all_gone);
}

bool has_clients(void)
{
    AcquireSRWLockExclusive(&lock);
    bool has_any = present > 0;
    ReleaseSRWLockExclusive(&lock);
    return has_any;
}

void wait_for_clients(void)
{
    AcquireSRWLockExclusive(&lock);
    while (present > 0)
        SleepConditionVariableSRW(&all_gone, &lock, INFINITE, 0);
    ReleaseSRWLockExclusive(&lock);
}
