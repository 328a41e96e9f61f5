/* ntdll.c - the calls of ntdll.dll that tell about a handle; handle_table.h says how far they are documented. */
#include <string.h>

#include "handle_internal.h"

/* Looked up at run time: not every compiler has an import library for ntdll, and a call may be gone some day. */
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

TCHAR *text_from_unicode_string(const UNICODE_STRING *string)
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
