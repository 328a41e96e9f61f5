/*
 * console_page.c - the code page in which a console shows bytes.
 *
 * Shows   SetConsoleOutputCP changes the console of all programs in it, so it has to be changed back.
 * With    PipeParent.c
 */
#include "console_page.h"
#include "companion.h"

static UINT codePage;

/* FALSE: the default handler still runs, which ends the process. */
static BOOL WINAPI on_ctrl_event(DWORD event)
{
    (void)event;
    SetConsoleOutputCP(codePage);
    return FALSE;
}

void show_utf8(void)
{
    codePage = GetConsoleOutputCP();
    if (!SetConsoleCtrlHandler(on_ctrl_event, TRUE))
        die_error(_T("SetConsoleCtrlHandler"));
    SetConsoleOutputCP(CP_UTF8);
}

void restore_code_page(void)
{
    SetConsoleOutputCP(codePage);
}
