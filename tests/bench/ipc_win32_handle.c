/* ipc_win32_handle.c - mailslots and pipes: what ReadFile and WriteFile take. */
#include <stdlib.h>

#include "ipc_win32.h"

#define PIPE_BUFFER_BYTES (64 * 1024)

static HANDLE hRead, hWrite, hServer;
/* The child's ends of the anonymous pipes, until it has inherited them. */
static HANDLE hChildRead, hChildWrite;

void send_handle(const char *message, size_t size)
{
    DWORD bytesWritten;

    while (size > 0) {
        check(WriteFile(hWrite, message, (DWORD)size, &bytesWritten, NULL), _T("WriteFile"));
        message += bytesWritten;
        size -= bytesWritten;
    }
}

void receive_handle(char *message, size_t size)
{
    DWORD bytesRead;

    while (size > 0) {
        check(ReadFile(hRead, message, (DWORD)size, &bytesRead, NULL), _T("ReadFile"));
        message += bytesRead;
        size -= bytesRead;
    }
}

/* ---- mailslots: one for each direction ---- */

static void name_slot(TCHAR slot[ADDRESS_CHARS], const TCHAR *address, bool isChild)
{
    format_text(slot, ADDRESS_CHARS, _T("%s-%s"), address, isChild ? _T("child") : _T("parent"));
}

static HANDLE open_slot(const TCHAR *slot)
{
    HANDLE hMailSlot = CreateFile(slot, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                                  FILE_ATTRIBUTE_NORMAL, NULL);

    check(hMailSlot != INVALID_HANDLE_VALUE, _T("CreateFile"));
    return hMailSlot;
}

void create_mailslot(TCHAR address[ADDRESS_CHARS], size_t size)
{
    TCHAR slot[ADDRESS_CHARS];

    make_address(address, _T("\\\\.\\mailslot\\"));
    name_slot(slot, address, false);
    hRead = CreateMailslot(slot, (DWORD)size, MAILSLOT_WAIT_FOREVER, NULL);
    check(hRead != INVALID_HANDLE_VALUE, _T("CreateMailslot"));
}

/* The child makes its slot and says so with a first message; the parent opens the slot after it. */
void open_mailslot(const TCHAR *address, size_t size, bool isChild)
{
    TCHAR slot[ADDRESS_CHARS];
    char *ready = calloc(size, 1);

    check(ready != NULL, _T("calloc"));
    if (isChild) {
        name_slot(slot, address, true);
        hRead = CreateMailslot(slot, (DWORD)size, MAILSLOT_WAIT_FOREVER, NULL);
        check(hRead != INVALID_HANDLE_VALUE, _T("CreateMailslot"));
        name_slot(slot, address, false);
        hWrite = open_slot(slot);
        send_handle(ready, size);
    } else {
        receive_handle(ready, size);
        name_slot(slot, address, true);
        hWrite = open_slot(slot);
    }
    free(ready);
}

/* ---- anonymous pipes: one for each direction; the child inherits its ends ---- */

void create_pipes(TCHAR address[ADDRESS_CHARS], size_t size)
{
    (void)size;
    check(CreatePipe(&hChildRead, &hWrite, NULL, PIPE_BUFFER_BYTES), _T("CreatePipe"));
    check(CreatePipe(&hRead, &hChildWrite, NULL, PIPE_BUFFER_BYTES), _T("CreatePipe"));
    check(SetHandleInformation(hChildRead, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT), _T("SetHandleInformation"));
    check(SetHandleInformation(hChildWrite, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT), _T("SetHandleInformation"));
    format_text(address, ADDRESS_CHARS, _T("%p,%p"), hChildRead, hChildWrite);
}

void open_pipes(const TCHAR *address, size_t size, bool isChild)
{
    (void)size;
    if (isChild) {
        if (_stscanf(address, _T("%p,%p"), &hRead, &hWrite) != 2)
            die_usage(_T("--child: '%s' is not two handles"), address);
    } else {
        /* The child has inherited its ends. With one of them open here too, a read would not end with the child. */
        CloseHandle(hChildRead);
        CloseHandle(hChildWrite);
    }
}

/* ---- named pipe: one, in both directions, of message type ---- */

void create_named_pipe(TCHAR address[ADDRESS_CHARS], size_t size)
{
    (void)size;
    make_address(address, _T("\\\\.\\pipe\\"));
    hServer = CreateNamedPipe(address, PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
                              PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1,
                              PIPE_BUFFER_BYTES, PIPE_BUFFER_BYTES, 0, NULL);
    check(hServer != INVALID_HANDLE_VALUE, _T("CreateNamedPipe"));
}

void open_named_pipe(const TCHAR *address, size_t size, bool isChild)
{
    DWORD mode = PIPE_READMODE_MESSAGE;

    (void)size;
    if (isChild) {
        hRead = CreateFile(address, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
        check(hRead != INVALID_HANDLE_VALUE, _T("CreateFile"));
        check(SetNamedPipeHandleState(hRead, &mode, NULL, NULL), _T("SetNamedPipeHandleState"));
    } else {
        check(ConnectNamedPipe(hServer, NULL) || GetLastError() == ERROR_PIPE_CONNECTED, _T("ConnectNamedPipe"));
        hRead = hServer;
    }
    hWrite = hRead;
}
