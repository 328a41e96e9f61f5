/*
 * fake_python.c - stands for Python where scripts/lesson.cmd is tested: prints its name, what it was given and
 * PYTHONPATH.
 *
 * Asked for its version (-c), it says with its exit status that it is new enough, unless an old.exe lies beside it.
 */
#include <stdlib.h>

#include "companion.h"

int _tmain(int argc, TCHAR *argv[])
{
    companion_init(argv[0]);
    for (int i = 1; i < argc; i++) {
        if (_tcscmp(argv[i], _T("-c")) == 0)
            return GetFileAttributes(partner_path(_T("old"))) == INVALID_FILE_ATTRIBUTES ? 0 : 1;
    }
    print(_T("%s\n"), program_name());
    for (int i = 1; i < argc; i++)
        print(_T("[%s]\n"), argv[i]);
    print(_T("PYTHONPATH=%s\n"), _tgetenv(_T("PYTHONPATH")));
    return 7;
}
