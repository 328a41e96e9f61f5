/* handle_object.c - what the kernel tells of the object behind one handle. */
#include <stdlib.h>
#include <string.h>

#include "handle_internal.h"

void set_handle_flags(handle_row *row, DWORD flags)
{
    row->are_flags_known = true;
    row->is_inheritable = (flags & HANDLE_FLAG_INHERIT) != 0;
    row->is_protected = (flags & HANDLE_FLAG_PROTECT_FROM_CLOSE) != 0;
}

/* A File's kind comes with its name. */
static const TCHAR *kind_of_type(const TCHAR *type)
{
    if (type[0] == _T('\0') || _tcscmp(type, _T("File")) == 0)
        return _T("?");
    return _tcscmp(type, _T("Mutant")) == 0 ? _T("mutex") : type;
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
    format_text(row->kind, 16, _T("%s"), kind_of_type(row->type));
    _tcslwr(row->kind);
    read_name(ntdll, hObject, row, limit_ms);
    return true;
}

bool read_handle(HANDLE hObject, handle_row *row)
{
    DWORD flags;

    memset(row, 0, sizeof(*row));
    row->hValue = hObject;
    /* -1 to -6 are pseudo handles, such as the one of GetCurrentProcess: constants, in no table. */
    if ((INT_PTR)hObject <= 0) {
        SetLastError(ERROR_INVALID_HANDLE);
        return false;
    }
    if (!GetHandleInformation(hObject, &flags))
        return false;
    set_handle_flags(row, flags);

    const ntdll_calls *ntdll = find_ntdll_calls();
    return ntdll != NULL && read_object(ntdll, hObject, row, NAME_LIMIT_MS);
}
