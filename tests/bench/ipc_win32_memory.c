/* ipc_win32_memory.c - memory that two processes share: a ring of messages for each direction. */
#include <string.h>

#include "ipc_win32.h"

typedef struct ring {
    HANDLE hFull, hEmpty; /* semaphores that count slots: receive waits for a full one, send for an empty one */
    char *slots;
    size_t next;
} ring;

static HANDLE hFile = INVALID_HANDLE_VALUE, hSection;
static ring to_send, to_receive;

static HANDLE open_semaphore(const TCHAR *address, const TCHAR *purpose, const TCHAR *direction, LONG count)
{
    TCHAR name[ADDRESS_CHARS + 32];

    format_text(name, ADDRESS_CHARS + 32, _T("%s-%s-%s"), address, purpose, direction);
    HANDLE hSemaphore = CreateSemaphore(NULL, count, SLOTS, name);
    check(hSemaphore != NULL, _T("CreateSemaphore"));
    return hSemaphore;
}

static void open_ring(ring *opened, const TCHAR *address, const TCHAR *direction, char *slots)
{
    opened->hFull = open_semaphore(address, _T("full"), direction, 0);
    opened->hEmpty = open_semaphore(address, _T("empty"), direction, SLOTS);
    opened->slots = slots;
}

static void map_rings(const TCHAR *address, size_t size, bool isChild)
{
    char *view = MapViewOfFile(hSection, FILE_MAP_WRITE, 0, 0, 2 * SLOTS * size);

    check(view != NULL, _T("MapViewOfFile"));
    open_ring(isChild ? &to_receive : &to_send, address, _T("down"), view);
    open_ring(isChild ? &to_send : &to_receive, address, _T("up"), view + SLOTS * size);
}

static char *next_slot(ring *used, size_t size)
{
    return used->slots + used->next++ % SLOTS * size;
}

/* Makes the section of hFile, or one without a file where that is INVALID_HANDLE_VALUE. */
static void make_section(const TCHAR *address, size_t size)
{
    hSection = CreateFileMapping(hFile, NULL, PAGE_READWRITE, 0, (DWORD)(2 * SLOTS * size), address);
    check(hSection != NULL, _T("CreateFileMapping"));
    map_rings(address, size, false);
}

void create_section(TCHAR address[ADDRESS_CHARS], size_t size)
{
    make_address(address, _T("Local\\"));
    make_section(address, size);
}

static void name_file(TCHAR path[MAX_PATH], const TCHAR *address)
{
    TCHAR folder[MAX_PATH];
    DWORD chars = GetTempPath(MAX_PATH, folder);

    check(chars > 0 && chars < MAX_PATH, _T("GetTempPath"));
    if (!format_text(path, MAX_PATH, _T("%s%s"), folder, _tcschr(address, _T('\\')) + 1)) {
        SetLastError(ERROR_FILENAME_EXCED_RANGE);
        die_error(_T("GetTempPath"));
    }
}

/* The section has a name, by which the child opens it; the child needs no path of the file. */
void create_file_section(TCHAR address[ADDRESS_CHARS], size_t size)
{
    TCHAR path[MAX_PATH];

    make_address(address, _T("Local\\"));
    name_file(path, address);
    hFile = CreateFile(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
    check(hFile != INVALID_HANDLE_VALUE, _T("CreateFile"));
    make_section(address, size);
}

void open_section(const TCHAR *address, size_t size, bool isChild)
{
    if (!isChild)
        return;
    hSection = OpenFileMapping(FILE_MAP_WRITE, FALSE, address);
    check(hSection != NULL, _T("OpenFileMapping"));
    map_rings(address, size, true);
}

void send_section(const char *message, size_t size)
{
    check(WaitForSingleObject(to_send.hEmpty, INFINITE) == WAIT_OBJECT_0, _T("WaitForSingleObject"));
    memcpy(next_slot(&to_send, size), message, size);
    check(ReleaseSemaphore(to_send.hFull, 1, NULL), _T("ReleaseSemaphore"));
}

void receive_section(char *message, size_t size)
{
    check(WaitForSingleObject(to_receive.hFull, INFINITE) == WAIT_OBJECT_0, _T("WaitForSingleObject"));
    memcpy(message, next_slot(&to_receive, size), size);
    check(ReleaseSemaphore(to_receive.hEmpty, 1, NULL), _T("ReleaseSemaphore"));
}

void remove_file_section(const TCHAR *address)
{
    TCHAR path[MAX_PATH];

    UnmapViewOfFile(to_send.slots);
    CloseHandle(hSection);
    CloseHandle(hFile);
    name_file(path, address);
    check(DeleteFile(path), _T("DeleteFile"));
}
