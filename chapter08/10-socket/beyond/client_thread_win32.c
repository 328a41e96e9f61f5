/*
 * client_thread_win32.c - a thread for each client of SocketServer, as NamedPipe_ServerThread has them.
 *
 * Shows   _beginthreadex, CreateThread for a thread that uses the C library.
 * With    SocketServer.c
 */
#include <process.h>
#include <stdlib.h>

#include "../../05-named-pipe/shared/client_threads.h"
#include "../shared/client_thread.h"

typedef struct client_thread {
    void (*serve)(socket_client *client);
    socket_client client;
} client_thread;

static unsigned __stdcall run(void *context)
{
    client_thread *thread = context;

    thread->serve(&thread->client);
    free(thread);
    return 0;
}

bool start_client(void (*serve)(socket_client *client), socket_handle connection, unsigned long number)
{
    client_thread *thread = calloc(1, sizeof(*thread));
    HANDLE hEnded;

    if (thread == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return false;
    }
    thread->serve = serve;
    thread->client.connection = connection;
    thread->client.number = number;
    HANDLE hThread = (HANDLE)_beginthreadex(NULL, 0, run, thread, 0, NULL);
    if (hThread == NULL) {
        free(thread);
        return false;
    }
    while ((hEnded = take_ended_thread()) != NULL)
        CloseHandle(hEnded);
    if (!keep_thread(hThread))
        CloseHandle(hThread);
    return true;
}

void wait_for_client_threads(void)
{
    HANDLE hThread;

    while ((hThread = take_thread()) != NULL) {
        WaitForSingleObject(hThread, INFINITE);
        CloseHandle(hThread);
    }
}
