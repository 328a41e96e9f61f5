/*
 * ListProcess.c - lists the processes of this moment (book: chapter 8, project, listing 8-10).
 *
 * Shows   CreateToolhelp32Snapshot, Process32First, Process32Next.
 * Run     ListProcess [FILTER]
 * With    WaitingProcess.c, a process to look for; ProcessTree.c shows who started whom
 * POSIX   list_process.c
 */
#include "companion.h"

#include <tlhelp32.h>

/* Whether a process has the filter as its id, or in its name in any case: Notepad.exe passes "note". */
static bool passes(const PROCESSENTRY32 *pe32, const TCHAR *filter)
{
    unsigned long id;

    if (filter == NULL)
        return true;
    if (parse_number(filter, 0, MAXDWORD, &id))
        return pe32->th32ProcessID == id;
    for (const TCHAR *part = pe32->szExeFile; *part != _T('\0'); part++) {
        if (_tcsnicmp(part, filter, _tcslen(filter)) == 0)
            return true;
    }
    return false;
}

int _tmain(int argc, TCHAR *argv[])
{
    PROCESSENTRY32 pe32;
    bool hasPrinted = false;
    const option_spec options[] = {OPTIONS_END};

    companion_init(argv[0]);
    parse_options(argc, argv, _T("Lists all processes, or those with FILTER as their id or in their name."),
                  _T("[FILTER]"), options);
    const TCHAR *filter = argv[1];

    HANDLE hProcessSnap = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (hProcessSnap == INVALID_HANDLE_VALUE)
        die_error(_T("CreateToolhelp32Snapshot"));

    /* The size tells the system which version of the structure this program was compiled with. */
    pe32.dwSize = sizeof(pe32);
    if (!Process32First(hProcessSnap, &pe32))
        die_error(_T("Process32First"));
    do {
        if (passes(&pe32, filter)) {
            print(_T("%25s %5lu\n"), printable(pe32.szExeFile), pe32.th32ProcessID);
            hasPrinted = true;
        }
    } while (Process32Next(hProcessSnap, &pe32));

    /* The end of the list is an error, too. Any other number means that the list is not complete. */
    if (GetLastError() != ERROR_NO_MORE_FILES)
        die_error(_T("Process32Next"));
    CloseHandle(hProcessSnap);

    if (!hasPrinted)
        report(_T("no process has '%s' as its id or in its name"), filter);
    return hasPrinted ? 0 : STATUS_FAILED;
}
