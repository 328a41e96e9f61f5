/* Unit test of what starts another example: append_argument against CommandLineToArgvW, and partner_path. */
#include <stdlib.h>

#ifdef _WIN32
#include <windows.h>

#include <shellapi.h>
#endif

#include "check.h"

#ifdef _WIN32
/* Whether the system reads the argument back as it was. */
static bool survives(const TCHAR *argument)
{
    TCHAR *line = append_argument(append_argument(append_argument(NULL, _T("Program")), argument), _T("last"));
    wchar_t **argv, wide[512], wide_argument[512];
    int argc;

#ifdef _UNICODE
    wcscpy(wide, line);
    wcscpy(wide_argument, argument);
#else
    MultiByteToWideChar(CP_UTF8, 0, line, -1, wide, 512);
    MultiByteToWideChar(CP_UTF8, 0, argument, -1, wide_argument, 512);
#endif
    argv = CommandLineToArgvW(wide, &argc);
    bool isSame = argc == 3 && wcscmp(argv[1], wide_argument) == 0 && wcscmp(argv[2], L"last") == 0;
    LocalFree(argv);
    free(line);
    return isSame;
}

static void test_append_argument(void)
{
    TCHAR *line = append_argument(NULL, _T("plain"));
    CHECK(_tcscmp(line, _T("plain")) == 0);
    line = append_argument(line, _T("two words"));
    CHECK(_tcscmp(line, _T("plain \"two words\"")) == 0);
    free(line);

    CHECK(survives(_T("plain")));
    CHECK(survives(_T("")));
    CHECK(survives(_T("한글 인자")));
    CHECK(survives(_T("tab\there")));
    CHECK(survives(_T("\"")));
    CHECK(survives(_T("\"\"")));
    CHECK(survives(_T("say \"hello\" now")));
    CHECK(survives(_T("C:\\folder\\")));
    CHECK(survives(_T("C:\\a folder\\")));
    CHECK(survives(_T("C:\\a folder\\\\")));
    CHECK(survives(_T("a\\\"b")));
    CHECK(survives(_T("a\\\\\"b c")));
    CHECK(survives(_T("\\\\.\\mailslot\\mail box")));
    CHECK(survives(_T("*?%PATH%^&|<>'`")));
}
#endif

int _tmain(int argc, TCHAR *argv[])
{
    (void)argc;
    companion_init(argv[0]);
#ifdef _WIN32
    test_append_argument();
#endif
    TCHAR *path = partner_path(program_name());
    FILE *file = _tfopen(path, _T("rb"));
    CHECK(file != NULL);
    fclose(file);
    free(path);

    path = partner_path(_T("Partner"));
    TCHAR *name = _tcsstr(path, _T("Partner"));
#ifdef _WIN32
    CHECK(name > path && name[-1] == _T('\\') && _tcscmp(name, _T("Partner.exe")) == 0);
#else
    CHECK(name > path && name[-1] == '/' && _tcscmp(name, "Partner") == 0);
#endif
    free(path);
    return checks_done();
}
