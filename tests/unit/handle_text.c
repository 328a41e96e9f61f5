/* Unit test of handles as text: every number of the full width survives, and nothing else is taken for one. */
#include <stdint.h>

#include "check.h"

static bool survives(UINT_PTR value)
{
    TCHAR text[HANDLE_CHARS];
    HANDLE handle = NULL;

    format_handle(text, (HANDLE)value);
    return parse_handle(text, &handle) && handle == (HANDLE)value;
}

static bool is_refused(const TCHAR *text)
{
    HANDLE handle = (HANDLE)(UINT_PTR)42;
    return !parse_handle(text, &handle) && handle == (HANDLE)(UINT_PTR)42;
}

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR text[HANDLE_CHARS];
    HANDLE handle;

    (void)argc;
    companion_init(argv[0]);

    format_handle(text, (HANDLE)(UINT_PTR)0xAC);
    CHECK(_tcscmp(text, _T("0xAC")) == 0);
    format_handle(text, NULL);
    CHECK(_tcscmp(text, _T("0x0")) == 0);
    format_handle(text, INVALID_HANDLE_VALUE);
    CHECK(_tcscmp(text, sizeof(HANDLE) == 8 ? _T("0xFFFFFFFFFFFFFFFF") : _T("0xFFFFFFFF")) == 0);

    CHECK(survives(0));
    CHECK(survives(4));
    CHECK(survives(0x7FFFFFFF));
    CHECK(survives(0x80000000)); /* negative as an int */
    CHECK(survives(UINTPTR_MAX));
    CHECK(survives(UINTPTR_MAX / 15 * 14)); /* beyond 32 bits, where there are 64 */

    CHECK(parse_handle(_T("172"), &handle) && handle == (HANDLE)(UINT_PTR)0xAC);
    CHECK(parse_handle(_T("0Xac"), &handle) && handle == (HANDLE)(UINT_PTR)0xAC);
    CHECK(parse_handle(_T("0x00000000000000000000AC"), &handle) && handle == (HANDLE)(UINT_PTR)0xAC);

    CHECK(is_refused(_T("")));
    CHECK(is_refused(_T("0x")));
    CHECK(is_refused(_T("ac")));
    CHECK(is_refused(_T("0xG")));
    CHECK(is_refused(_T("12 ")));
    CHECK(is_refused(_T(" 12")));
    CHECK(is_refused(_T("-1")));
    CHECK(is_refused(_T("+1")));
    CHECK(is_refused(_T("1.5")));
    CHECK(is_refused(_T("１２"))); /* digits, but not these */
    CHECK(is_refused(_T("0x10000000000000000")));
    CHECK(is_refused(_T("18446744073709551616")));
    CHECK(is_refused(sizeof(HANDLE) == 8 ? _T("99999999999999999999999999") : _T("4294967296")));
    return checks_done();
}
