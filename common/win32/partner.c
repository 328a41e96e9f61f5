/* partner.c - where another example is found. */
#include <stdlib.h>

#include "internal.h"

TCHAR *partner_path(const TCHAR *program)
{
    size_t program_chars = _tcslen(program) + _tcslen(_T(".exe"));
    DWORD chars = MAX_PATH;

    /* The path may be longer than MAX_PATH; GetModuleFileName fills the room that it has. */
    for (;; chars *= 2) {
        TCHAR *path = allocate((chars + program_chars + 1) * sizeof(TCHAR));
        DWORD used = GetModuleFileName(NULL, path, chars);

        if (used == 0)
            die_error(_T("GetModuleFileName"));
        if (used < chars) {
            TCHAR *backslash = _tcsrchr(path, _T('\\'));
            TCHAR *name = backslash == NULL ? path : backslash + 1;

            format_text(name, program_chars + 1, _T("%s.exe"), program);
            return path;
        }
        free(path);
    }
}
