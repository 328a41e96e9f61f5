/* encoding.c - UTF-8 on the wire and in files, UTF-16 or UTF-8 in the program. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

wchar_t *wide_from_utf8(const char *utf8, size_t bytes, DWORD flags, size_t *chars)
{
    int wide_chars = 0;

    if (bytes > INT_MAX)
        die_fatal(_T("a text of %llu bytes is too long"), (unsigned long long)bytes);
    if (bytes > 0) {
        wide_chars = MultiByteToWideChar(CP_UTF8, flags, utf8, (int)bytes, NULL, 0);
        if (wide_chars == 0)
            return NULL;
    }

    wchar_t *wide = allocate(((size_t)wide_chars + 1) * sizeof(wchar_t));
    if (wide_chars > 0)
        MultiByteToWideChar(CP_UTF8, flags, utf8, (int)bytes, wide, wide_chars);
    wide[wide_chars] = L'\0';
    if (chars != NULL)
        *chars = (size_t)wide_chars;
    return wide;
}

char *utf8_from_wide(const wchar_t *wide)
{
    int bytes = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);

    if (bytes == 0)
        die_fatal(_T("a text of %llu characters is too long"), (unsigned long long)wcslen(wide));
    char *utf8 = allocate((size_t)bytes);
    WideCharToMultiByte(CP_UTF8, 0, wide, -1, utf8, bytes, NULL, NULL);
    return utf8;
}

TCHAR *text_from_utf8(const char *utf8, size_t utf8_bytes)
{
    if (memchr(utf8, '\0', utf8_bytes) != NULL) {
        SetLastError(ERROR_NO_UNICODE_TRANSLATION);
        return NULL;
    }
    wchar_t *wide = wide_from_utf8(utf8, utf8_bytes, MB_ERR_INVALID_CHARS, NULL);
#ifdef _UNICODE
    return wide;
#else
    if (wide == NULL)
        return NULL;
    free(wide);
    char *copy = allocate(utf8_bytes + 1);
    memcpy(copy, utf8, utf8_bytes);
    copy[utf8_bytes] = '\0';
    return copy;
#endif
}

TCHAR *text_from_wide(const wchar_t *wide)
{
#ifdef _UNICODE
    size_t bytes = (wcslen(wide) + 1) * sizeof(wchar_t);
    return memcpy(allocate(bytes), wide, bytes);
#else
    return utf8_from_wide(wide);
#endif
}

char *utf8_from_text(const TCHAR *text)
{
#ifdef _UNICODE
    return utf8_from_wide(text);
#else
    size_t bytes = strlen(text) + 1;
    return memcpy(allocate(bytes), text, bytes);
#endif
}

DWORD text_bytes(const TCHAR *text)
{
    return (DWORD)(_tcslen(text) * sizeof(TCHAR));
}
