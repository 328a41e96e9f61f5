/*
 * process_names.c - how Windows compares the names of programs, and the names that belong to the system.
 *
 * Shows   CompareStringOrdinal compares as the file system does, in any case and whatever the user's language.
 * With    ProcessTree.c, KillTree.c
 * POSIX   process_names.c
 */
#include "process_names.h"

/* Processes that the system and the session need. By name, since an ordinary user may not ask for their owner. */
static const TCHAR *const system_names[] = {
    _T("smss"),
    _T("csrss"),
    _T("wininit"),
    _T("winlogon"),
    _T("services"),
    _T("lsass"),
    _T("lsaiso"),
    _T("svchost"),
    _T("dwm"),
    _T("fontdrvhost"),
    _T("sihost"),
    _T("explorer"),
    _T("conhost"),
    _T("rpcss"),
    _T("winedevice"),
    _T("plugplay"),
    _T("wineboot"),
    _T("Registry"),
    _T("Memory Compression"),
};

bool is_system_name(const TCHAR *name)
{
    for (size_t i = 0; i < sizeof(system_names) / sizeof(system_names[0]); i++) {
        if (is_same_name(name, system_names[i]))
            return true;
    }
    return false;
}

/* The comparing functions take UTF-16 only. */
static int wide_name(const TCHAR *name, wchar_t *wide)
{
#ifdef _UNICODE
    format_text(wide, PROCESS_NAME_CHARS, L"%.*s", PROCESS_NAME_CHARS - 1, name);
    return (int)wcslen(wide);
#else
    int chars = MultiByteToWideChar(CP_UTF8, 0, name, -1, wide, PROCESS_NAME_CHARS);
    return chars > 0 ? chars - 1 : 0;
#endif
}

bool is_same_name(const TCHAR *name, const TCHAR *wanted)
{
    wchar_t wide[PROCESS_NAME_CHARS], wide_wanted[PROCESS_NAME_CHARS];
    int chars = wide_name(name, wide), wanted_chars = wide_name(wanted, wide_wanted);

    if (CompareStringOrdinal(wide, chars, wide_wanted, wanted_chars, TRUE) == CSTR_EQUAL)
        return true;
    return chars > 4 && CompareStringOrdinal(wide + chars - 4, 4, L".exe", 4, TRUE) == CSTR_EQUAL &&
           CompareStringOrdinal(wide, chars - 4, wide_wanted, wanted_chars, TRUE) == CSTR_EQUAL;
}

bool is_part_of_name(const TCHAR *name, const TCHAR *part)
{
    wchar_t wide[PROCESS_NAME_CHARS], wide_part[PROCESS_NAME_CHARS];
    int chars = wide_name(name, wide), part_chars = wide_name(part, wide_part);

    return FindStringOrdinal(FIND_FROMSTART, wide, chars, wide_part, part_chars, TRUE) >= 0;
}
