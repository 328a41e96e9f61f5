/* Unit test of child_console_flag. A test runs without a console, so only its setting can ask for a new one. */
#include "check.h"

static DWORD flag_with(const TCHAR *setting)
{
    SetEnvironmentVariable(_T("COMPANION_CONSOLE"), setting);
    return child_console_flag();
}

int _tmain(int argc, TCHAR *argv[])
{
    (void)argc;
    companion_init(argv[0]);
    CHECK(flag_with(_T("new")) == CREATE_NEW_CONSOLE);
    CHECK(flag_with(_T("same")) == 0);
    CHECK(flag_with(NULL) == 0);
    CHECK(flag_with(_T("something else")) == 0);
    return checks_done();
}
