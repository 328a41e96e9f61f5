/*
 * pipe_server.h - what the four servers share around the calls that they teach: settings, and the clients at hand.
 */
#ifndef PIPE_SERVER_H
#define PIPE_SERVER_H

#include "../shared/file_service.h"

typedef struct pipe_settings {
    TCHAR pipeName[257]; /* 256 characters at most: a rule of named pipes */
    DWORD clients;       /* how many to serve; 0: no limit */
    DWORD remote;        /* PIPE_REJECT_REMOTE_CLIENTS or PIPE_ACCEPT_REMOTE_CLIENTS */
} pipe_settings;

/* Reads the command line, opens the folder, and starts to look after the clients to come. */
void read_settings(pipe_settings *settings, int argc, TCHAR *argv[], const TCHAR *about);

typedef struct pipe_client {
    OVERLAPPED
    overlapped; /* the first member: from its address, which is what the system gives back, follows the client */
    HANDLE hPipe;
    DWORD number;
    LONG volatile steps; /* reads and writes that have been done */
    LONG steps_seen;     /* when it was last looked at */
    struct pipe_client *next, **link;
    file_reply reply;
} pipe_client;

/*
 * Takes over an instance that a client has connected to. A client that takes no step for the time of --patience has
 * its read or write cancelled, which then fails with ERROR_OPERATION_ABORTED: so a silent one, or one that does not
 * read its answer, holds nothing for ever.
 */
pipe_client *add_client(HANDLE hPipe);

/* Tells what became of it and closes all that belongs to it. `error` is 0 when it has its answer. */
void remove_client(pipe_client *client, DWORD error);

/* Waits until the last client has been removed. */
void wait_for_clients(void);
bool has_clients(void);

#endif
