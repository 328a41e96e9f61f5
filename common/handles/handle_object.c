/* handle_object.c - what the kernel tells of the object behind one handle. */
#include <stdlib.h>
#include <string.h>

#include "handle_internal.h"

#define NAME_BYTES (65536 + sizeof(UNICODE_STRING))
#define NAME_CLASS ((OBJECT_INFORMATION_CLASS)1)

/* ntdll has no import library that every compiler brings along; and a call that goes away is then no crash. */
const ntdll_calls *find_ntdll_calls(void)
{
    static ntdll_calls calls;
    HMODULE ntdll = GetModuleHandle(_T("ntdll.dll"));

    if (ntdll == NULL)
        return NULL;
    calls.query_object = (query_object_function)(void (*)(void))GetProcAddress(ntdll, "NtQueryObject");
    calls.to_error = (to_error_function)(void (*)(void))GetProcAddress(ntdll, "RtlNtStatusToDosError");
    if (calls.query_object != NULL && calls.to_error != NULL)
        return &calls;
    SetLastError(ERROR_PROC_NOT_FOUND);
    return NULL;
}

static TCHAR *text_from_unicode_string(const UNICODE_STRING *string)
{
    int chars = string->Length / (int)sizeof(wchar_t);
#ifdef UNICODE
    TCHAR *text = allocate(((size_t)chars + 1) * sizeof(TCHAR));
    memcpy(text, string->Buffer, string->Length);
#else
    int bytes = chars == 0 ? 0 : WideCharToMultiByte(CP_ACP, 0, string->Buffer, chars, NULL, 0, NULL, NULL);
    TCHAR *text = allocate((size_t)bytes + 1);
    WideCharToMultiByte(CP_ACP, 0, string->Buffer, chars, text, bytes, NULL, NULL);
    chars = bytes;
#endif
    text[chars] = _T('\0');
    return text;
}

/* What can block. The thread that asks takes no memory and no lock, so it may be ended in the middle. */
typedef struct name_query {
    const ntdll_calls *ntdll;
    HANDLE hObject;
    UNICODE_STRING *answer; /* with room for NAME_BYTES */
    NTSTATUS status;
    DWORD file_type;    /* of a File, from GetFileType */
    bool is_named_pipe; /* CreatePipe's are, too */
} name_query;

static DWORD WINAPI ask_name(void *argument)
{
    name_query *query = argument;
    ULONG bytes;

    query->status = query->ntdll->query_object(query->hObject, NAME_CLASS, query->answer, (ULONG)NAME_BYTES, &bytes);
    query->file_type = GetFileType(query->hObject);
    query->is_named_pipe = GetNamedPipeInfo(query->hObject, NULL, NULL, NULL, NULL);
    return 0;
}

/* The same under a time limit. False when it is over. */
static bool ask_name_in_time(name_query *query, DWORD limit_ms)
{
    HANDLE hThread = CreateThread(NULL, 0, ask_name, query, 0, NULL);
    if (hThread == NULL)
        die_error(_T("CreateThread"));

    bool isInTime = WaitForSingleObject(hThread, limit_ms) == WAIT_OBJECT_0;
    /* Nothing gentler gets a thread out of that wait. Should even this fail, memory that it may write to stays its own.
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

static bool is_standard(HANDLE hValue)
{
    return hValue == GetStdHandle(STD_INPUT_HANDLE) || hValue == GetStdHandle(STD_OUTPUT_HANDLE) ||
           hValue == GetStdHandle(STD_ERROR_HANDLE);
}

static const TCHAR *kind_of_file(const handle_row *row, const name_query *query)
{
    const TCHAR *name = row->name == NULL ? _T("") : row->name;

    if (begins_with(name, _T("\\Device\\Mailslot")))
        return _T("mailslot");
    if (begins_with(name, _T("\\Device\\NamedPipe")) || query->is_named_pipe)
        return _T("pipe");
    if (begins_with(name, _T("\\Device\\Afd")))
        return _T("socket");

    switch (query->file_type) {
    case FILE_TYPE_DISK:
        return _T("file");
    case FILE_TYPE_CHAR:
        return _T("console");
    case FILE_TYPE_PIPE:
        /* Only Wine leaves these without a name: pipes of Linux, the sender's end of a mailslot, sockets. */
        if (is_standard(row->hValue))
            return _T("pipe");
        return (row->access & FILE_READ_DATA) == 0 ? _T("mailslot") : _T("socket");
    default:
        return _T("device");
    }
}

/* Name and kind. A File is asked in a thread of its own: it may be a pipe whose other end keeps silent. */
static void read_name(const ntdll_calls *ntdll, HANDLE hObject, handle_row *row, DWORD limit_ms)
{
    static UNICODE_STRING *answer;
    bool isFile = _tcscmp(row->type, _T("File")) == 0;

    if (answer == NULL)
        answer = allocate(NAME_BYTES);
    name_query query = {ntdll, hObject, answer, 0, FILE_TYPE_UNKNOWN, false};
    memset(answer, 0, sizeof(*answer));

    bool isInTime = true;
    if (isFile)
        isInTime = ask_name_in_time(&query, limit_ms);
    else
        ask_name(&query);
    answer = query.answer;

    if (isInTime && query.status >= 0)
        row->name = text_from_unicode_string(answer);
    if (isFile && isInTime) {
        format_text(row->kind, 16, _T("%s"), kind_of_file(row, &query));
        /* The pipe that CreatePipe makes may have no name; then the system has no answer. */
        if (row->name == NULL)
            row->name = text_from_unicode_string(&(UNICODE_STRING){0});
    }
}

static const TCHAR *kind_of_type(const TCHAR *type)
{
    return _tcscmp(type, _T("File")) == 0 ? _T("?") : _tcscmp(type, _T("Mutant")) == 0 ? _T("mutex") : type;
}

bool read_object(const ntdll_calls *ntdll, HANDLE hObject, handle_row *row, DWORD limit_ms)
{
    PUBLIC_OBJECT_BASIC_INFORMATION basic;
    struct {
        PUBLIC_OBJECT_TYPE_INFORMATION information;
        wchar_t room[64];
    } type;
    ULONG bytes;

    NTSTATUS status = ntdll->query_object(hObject, ObjectBasicInformation, &basic, sizeof(basic), &bytes);
    if (status < 0) {
        SetLastError(ntdll->to_error(status));
        return false;
    }
    row->access = basic.GrantedAccess;
    row->usage_count = basic.HandleCount;

    if (ntdll->query_object(hObject, ObjectTypeInformation, &type, sizeof(type), &bytes) >= 0) {
        TCHAR *text = text_from_unicode_string(&type.information.TypeName);
        format_text(row->type, 32, _T("%s"), text);
        free(text);
    }
    format_text(row->kind, 16, _T("%s"), row->type[0] == _T('\0') ? _T("?") : kind_of_type(row->type));
    _tcslwr(row->kind);
    read_name(ntdll, hObject, row, limit_ms);
    return true;
}
