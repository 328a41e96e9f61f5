/*
 * pipe_clients.h - what the three servers of beyond/ share around the calls that they make: settings, and a list of
 * their clients.
 */
#ifndef PIPE_CLIENTS_H
#define PIPE_CLIENTS_H

#include "../shared/file_service.h"

typedef struct pipe_settings {
    TCHAR pipeName[257]; /* 256 characters at most: a rule of named pipes */
    DWORD remote;        /* PIPE_REJECT_REMOTE_CLIENTS or PIPE_ACCEPT_REMOTE_CLIENTS */
    service_settings service;
} pipe_settings;

/* Reads the command line, and has the folder served. */
void read_settings(pipe_settings *settings, int argc, TCHAR *argv[], const TCHAR *about);

/* Says why the first CreateNamedPipe has failed, and ends the program. */
_Noreturn void die_without_name(const pipe_settings *settings);

typedef struct pipe_client {
    OVERLAPPED overlapped; /* the first member: the system gives back its address, which is that of the client */
    HANDLE hPipe;
    DWORD number;
    LONG volatile steps; /* reads and writes that have been done */
    LONG steps_seen;     /* when for_each_idle_client last looked */
    struct pipe_client *next, **link;
    file_reply reply;
} pipe_client;

/* Puts a client on the list, connected to that instance. NULL, and a message: there is no memory for it. */
pipe_client *add_client(HANDLE hPipe);

/*
 * Calls the function for each client on the list that has done no step since the last time. Meanwhile no client leaves
 * the list, so that its handle is not closed.
 */
void for_each_idle_client(void (*call)(pipe_client *client));

/*
 * Takes a client off the list and prints what became of it; `error` is 0 when it has its answer. After that the program
 * closes its handles and calls free_client.
 */
void remove_client(pipe_client *client, DWORD error);
void free_client(pipe_client *client);

/* Whether there are clients that have not been freed yet. */
bool has_clients(void);
void wait_for_clients(void);

#endif
