/* Unit test of json.h, for both sides. */
#include "json.h"

#include <stdlib.h>

#include "check.h"

static bool is_written_as(const TCHAR *text, const TCHAR *expected)
{
    TCHAR *json = json_string(text);
    bool is_equal = _tcscmp(json, expected) == 0;

    free(json);
    return is_equal;
}

int _tmain(int argc, TCHAR *argv[])
{
    (void)argc;
    companion_init(argv[0]);
    CHECK(is_written_as(NULL, _T("null")));
    CHECK(is_written_as(_T(""), _T("\"\"")));
    CHECK(is_written_as(_T("한글 é \U0001F4EC ~"), _T("\"한글 é \U0001F4EC ~\"")));
    CHECK(is_written_as(_T("C:\\a \"b\" /c"), _T("\"C:\\\\a \\\"b\\\" /c\"")));
    CHECK(is_written_as(_T("\x01\t\r\n\x1b\x1f\x7f"), _T("\"\\u0001\\u0009\\u000d\\u000a\\u001b\\u001f\\u007f\"")));
    CHECK(is_written_as(_T("\u00a0\u2027\u2028\u202e\u2066"), _T("\"\u00a0\u2027\\u2028\\u202e\\u2066\"")));
#ifdef _UNICODE
    CHECK(is_written_as(L"\x9b", L"\"\\u009b\""));
    CHECK(is_written_as(L"a\xd83dz\xdcec", L"\"a\ufffdz\ufffd\""));
#else
    CHECK(is_written_as("\xc2\x9b", "\"\\u009b\""));
    CHECK(is_written_as("\xff\xed\x95z", "\"\ufffd\ufffd\ufffdz\""));
#endif
    return checks_done();
}
