/* console.c - who uses this console, and what that means for children and for the end of the program. */
#include "internal.h"

/* What COMPANION_CONSOLE says, in `value`; false when it says nothing. */
static bool console_setting(TCHAR *value, DWORD value_chars)
{
    DWORD chars = GetEnvironmentVariable(_T("COMPANION_CONSOLE"), value, value_chars);
    return chars > 0 && chars < value_chars;
}

DWORD child_console_flag(void)
{
    TCHAR setting[8];
    if (console_setting(setting, 8)) {
        if (_tcscmp(setting, _T("new")) == 0)
            return CREATE_NEW_CONSOLE;
        if (_tcscmp(setting, _T("same")) == 0)
            return 0;
    }
    bool person_watches = is_console(GetStdHandle(STD_INPUT_HANDLE)) && is_console(GetStdHandle(STD_OUTPUT_HANDLE));
    return person_watches ? CREATE_NEW_CONSOLE : 0;
}

void keep_own_console_open(void)
{
    TCHAR setting[8];
    DWORD processes[2];

    /* Under Wine every program seems to be the only one at its console, so scripts/wine sets "same". */
    if (console_setting(setting, 8) && _tcscmp(setting, _T("same")) == 0)
        return;
    if (!is_console(GetStdHandle(STD_INPUT_HANDLE)) || !is_console(GetStdHandle(STD_OUTPUT_HANDLE)))
        return;
    if (GetConsoleProcessList(processes, 2) != 1)
        return;

    write_text(STD_OUTPUT_HANDLE, _T("Press Enter to close this window . . ."));
    read_line();
}
