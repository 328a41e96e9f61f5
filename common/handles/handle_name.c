/* handle_name.c - the name of the object behind a handle, and what kind of file a File is. */
#include <stdlib.h>
#include <string.h>

#include "handle_internal.h"

#define NAME_BYTES (65536 + sizeof(name_answer))
#define NAME_CLASS ((OBJECT_INFORMATION_CLASS)1)
#define PIPES      "\\Device\\NamedPipe"

typedef union name_answer {
    UNICODE_STRING object;
    FILE_NAME_INFO pipe;
} name_answer;

/* The calls that can block. Their thread allocates nothing and holds no lock, so it can be terminated safely. */
typedef struct name_query {
    const ntdll_calls *ntdll;
    HANDLE hObject;
    name_answer *answer; /* with room for NAME_BYTES; of a pipe it is `pipe` */
    NTSTATUS status;
    DWORD file_type;    /* of a File, from GetFileType */
    bool is_console;    /* NUL and COM1 are of type FILE_TYPE_CHAR, too */
    bool is_named_pipe; /* true for the pipes of CreatePipe, too */
} name_query;

static DWORD WINAPI query_name(void *argument)
{
    name_query *query = argument;
    ULONG bytes;
    DWORD mode;

    query->file_type = GetFileType(query->hObject);
    query->is_console = query->file_type == FILE_TYPE_CHAR && GetConsoleMode(query->hObject, &mode);
    query->is_named_pipe = GetNamedPipeInfo(query->hObject, NULL, NULL, NULL, NULL);
    if (query->file_type == FILE_TYPE_PIPE && !query->is_named_pipe)
        query->is_named_pipe = GetLastError() == ERROR_PIPE_NOT_CONNECTED; /* a client whose server has left it */
    /* With NtQueryObject for a client that has been disconnected, Wine's own server would crash, 8.0 and 10.0 alike. */
    if (query->is_named_pipe)
        GetFileInformationByHandleEx(query->hObject, FileNameInfo, query->answer, (DWORD)NAME_BYTES);
    else
        query->status =
            query->ntdll->query_object(query->hObject, NAME_CLASS, query->answer, (ULONG)NAME_BYTES, &bytes);
    return 0;
}

/* The same in a thread, with a time limit. False when the thread has not finished in time. */
static bool query_name_in_time(name_query *query, DWORD limit_ms)
{
    HANDLE hThread = CreateThread(NULL, 0, query_name, query, 0, NULL);
    if (hThread == NULL)
        die_error(_T("CreateThread"));

    bool isInTime = WaitForSingleObject(hThread, limit_ms) == WAIT_OBJECT_0;
    /*
     * Nothing but TerminateThread ends a thread that waits in NtQueryObject. If it does not end even so, it may still
     * write to the buffer: then the buffer is never used again.
     */
    if (!isInTime && (!TerminateThread(hThread, 0) || WaitForSingleObject(hThread, limit_ms) != WAIT_OBJECT_0))
        query->answer = NULL;
    CloseHandle(hThread);
    return isInTime;
}

static bool begins_with(const TCHAR *text, const TCHAR *beginning)
{
    return _tcsnicmp(text, beginning, _tcslen(beginning)) == 0;
}

bool is_standard_handle(HANDLE hValue)
{
    return hValue == GetStdHandle(STD_INPUT_HANDLE) || hValue == GetStdHandle(STD_OUTPUT_HANDLE) ||
           hValue == GetStdHandle(STD_ERROR_HANDLE);
}

static const TCHAR *kind_of_file(const handle_row *row, const name_query *query)
{
    const TCHAR *name = row->name == NULL ? _T("") : row->name;
    bool isNameless = row->name != NULL && name[0] == _T('\0');
    bool isWriteOnly = (row->access & FILE_WRITE_DATA) != 0 && (row->access & FILE_READ_DATA) == 0;

    if (begins_with(name, _T("\\Device\\Mailslot")))
        return _T("mailslot");
    if (begins_with(name, _T(PIPES)) || query->is_named_pipe)
        return _T("pipe");
    if (begins_with(name, _T("\\Device\\Afd")))
        return _T("socket");

    switch (query->file_type) {
    case FILE_TYPE_DISK:
        return _T("file");
    case FILE_TYPE_CHAR:
        return query->is_console ? _T("console") : _T("device");
    case FILE_TYPE_PIPE:
        /* Without a name only under Wine: pipes of Linux, the sender's end of a mailslot, sockets. */
        if (is_standard_handle(row->hValue))
            return _T("pipe");
        return (row->access & FILE_READ_DATA) == 0 ? _T("mailslot") : _T("socket");
    default:
        /* Wine 10 has neither a name nor a type for the sender's end of a mailslot; a device has a name. */
        return isNameless && isWriteOnly ? _T("mailslot") : _T("device");
    }
}

static TCHAR *text_of(const name_query *query)
{
    if (!query->is_named_pipe)
        return text_from_unicode_string(&query->answer->object);

    /* "\\simple_pipe", or nothing */
    UNICODE_STRING inFolder = {0};
    inFolder.Length = inFolder.MaximumLength = (USHORT)query->answer->pipe.FileNameLength;
    inFolder.Buffer = query->answer->pipe.FileName;
    TCHAR *text = text_from_unicode_string(&inFolder);
    if (text[0] == _T('\0'))
        return text;
    size_t room = _tcslen(text) + sizeof(PIPES);
    TCHAR *name = allocate(room * sizeof(TCHAR));
    format_text(name, room, _T("%s%s"), _T(PIPES), text);
    free(text);
    return name;
}

void read_name(const ntdll_calls *ntdll, HANDLE hObject, handle_row *row, DWORD limit_ms)
{
    static name_answer *answer;
    bool isFile = _tcscmp(row->type, _T("File")) == 0;
    bool isInTime = true;

    if (answer == NULL)
        answer = allocate(NAME_BYTES);
    name_query query = {ntdll, hObject, answer, 0, FILE_TYPE_UNKNOWN, false, false};
    memset(answer, 0, sizeof(*answer));

    /* Only a File can block: it may be a pipe that another thread is reading from. */
    if (isFile)
        isInTime = query_name_in_time(&query, limit_ms);
    else
        query_name(&query);
    answer = query.answer;

    if (isInTime && query.status >= 0)
        row->name = text_of(&query);
    if (isFile && isInTime) {
        format_text(row->kind, 16, _T("%s"), kind_of_file(row, &query));
        /* A pipe of CreatePipe may have no name; then the query fails. */
        if (row->name == NULL)
            row->name = text_from_unicode_string(&(UNICODE_STRING){0});
    }
}
