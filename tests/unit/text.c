/* Unit test of the text functions, for both sides. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static bool is_printed_as(const TCHAR *text, const TCHAR *expected)
{
    TCHAR copy[64];
    return format_text(copy, 64, _T("%s"), text) && printable(copy) == copy && _tcscmp(copy, expected) == 0;
}

static void test_printable(void)
{
    CHECK(is_printed_as(_T(""), _T("")));
    CHECK(is_printed_as(_T("plain text ~"), _T("plain text ~")));
    CHECK(is_printed_as(_T("한글 テスト é"), _T("한글 テスト é")));
    CHECK(is_printed_as(_T("emoji \U0001F4EC stays"), _T("emoji \U0001F4EC stays")));
    CHECK(is_printed_as(_T("tab\tstays"), _T("tab\tstays")));
    CHECK(is_printed_as(_T("\x1b[31mred"), _T("?[31mred")));
    CHECK(is_printed_as(_T("forged\r\nline\a\b\x7f"), _T("forged??line???")));
    CHECK(is_printed_as(_T("\u00a0"), _T("\u00a0")));
    CHECK(is_printed_as(_T("a\u2028b\u2029c"), _T("a?b?c")));
    CHECK(is_printed_as(_T("\u202aa\u202eb\u2066c\u2069"), _T("?a?b?c?")));
    CHECK(is_printed_as(_T("\u2027\u202f\u2065\u206a"), _T("\u2027\u202f\u2065\u206a")));
#ifdef _UNICODE
    CHECK(is_printed_as(L"c1 \x80 \x85 \x9b end", L"c1 ? ? ? end"));
    CHECK(is_printed_as(L"\xd83d", L"?"));
    CHECK(is_printed_as(L"a\xdcecz", L"a?z"));
    CHECK(is_printed_as(L"\xdcec\xd83d", L"??"));
    CHECK(is_printed_as(L"\xd83d\xd83d\xdcec", L"?\xd83d\xdcec"));
#else
    CHECK(is_printed_as("c1 \xc2\x80 \xc2\x85 \xc2\x9b end", "c1 ? ? ? end"));
    CHECK(is_printed_as("cut \xed\x95", "cut ??"));
    CHECK(is_printed_as("cut \xed\x95z", "cut ??z"));
    CHECK(is_printed_as("\x80\xbf\xff\xfe", "????"));
    CHECK(is_printed_as("overlong \xc0\xaf \xe0\x80\xaf", "overlong ?? ???"));
    CHECK(is_printed_as("surrogate \xed\xa0\x80", "surrogate ???"));
    CHECK(is_printed_as("past the end \xf4\x90\x80\x80", "past the end ????"));
    CHECK(is_printed_as("last \xf4\x8f\xbf\xbf", "last \xf4\x8f\xbf\xbf"));
    CHECK(is_printed_as("cut \xf0\x9f\x93", "cut ???"));
#endif
}

static void test_printable_chars(void)
{
    TCHAR text[] = {_T('a'), _T('\0'), _T('b'), _T('\x1b'), _T('c')};

    CHECK(printable_chars(text, 4) == text && _tcscmp(text, _T("a?b?")) == 0);
    CHECK(_tcscmp(printable_chars(text, 0), _T("")) == 0);
}

static void test_format_text(void)
{
    TCHAR buffer[8];

    CHECK(format_text(buffer, 8, _T("%s-%d"), _T("abc"), 123) && _tcscmp(buffer, _T("abc-123")) == 0);
    CHECK(!format_text(buffer, 8, _T("%s-%d"), _T("abc"), 1234) && _tcscmp(buffer, _T("abc-123")) == 0);
    CHECK(!format_text(buffer, 8, _T("%s"), _T("much longer than the buffer")) && _tcslen(buffer) == 7);
    CHECK(format_text(buffer, 1, _T("%s"), _T("")) && buffer[0] == _T('\0'));
    CHECK(!format_text(buffer, 1, _T("x")) && buffer[0] == _T('\0'));
}

static void test_parse_number(void)
{
    unsigned long number = 7;

    CHECK(parse_number(_T("0"), 0, 10, &number) && number == 0);
    CHECK(parse_number(_T("0010"), 0, 10, &number) && number == 10);
    CHECK(parse_number(_T("4294967295"), 0, 4294967295UL, &number) && number == 4294967295UL);
    number = 7;
    CHECK(!parse_number(_T("4294967296"), 0, 4294967295UL, &number));
    CHECK(!parse_number(_T("99999999999999999999999999"), 0, 4294967295UL, &number));
    CHECK(!parse_number(_T("18446744073709551616"), 0, 4294967295UL, &number));
    CHECK(!parse_number(_T("11"), 0, 10, &number));
    CHECK(!parse_number(_T("7"), 0, 5, &number));
    CHECK(!parse_number(_T("0"), 1, 10, &number));
    CHECK(!parse_number(_T(""), 0, 10, &number));
    CHECK(!parse_number(_T("-1"), 0, 10, &number));
    CHECK(!parse_number(_T("+1"), 0, 10, &number));
    CHECK(!parse_number(_T(" 1"), 0, 10, &number));
    CHECK(!parse_number(_T("1 "), 0, 10, &number));
    CHECK(!parse_number(_T("0x1"), 0, 10, &number));
    CHECK(!parse_number(_T("1a"), 0, 10, &number));
    CHECK(!parse_number(_T("\uff11"), 0, 10, &number)); /* a digit, but not ours */
    CHECK(number == 7);
}

#ifdef _WIN32
static bool is_refused(const char *utf8, size_t bytes)
{
    SetLastError(0);
    return text_from_utf8(utf8, bytes) == NULL && GetLastError() == ERROR_NO_UNICODE_TRANSLATION;
}

static void test_utf8(void)
{
    static const char korean[] = "\xed\x95\x9c\xea\xb8\x80 \xf0\x9f\x93\xac"; /* two syllables and a mailbox */

    TCHAR *text = text_from_utf8(korean, sizeof(korean) - 1);
    CHECK(text != NULL && _tcscmp(text, _T("한글 \U0001F4EC")) == 0);
    char *utf8 = utf8_from_text(text);
    CHECK(strcmp(utf8, korean) == 0);
    CHECK(text_bytes(text) == _tcslen(text) * sizeof(TCHAR));
    free(utf8);
    free(text);

    text = text_from_utf8("", 0);
    CHECK(text != NULL && text[0] == _T('\0') && text_bytes(text) == 0);
    free(text);

    text = text_from_wide(L"한글 \U0001F4EC");
    CHECK(_tcscmp(text, _T("한글 \U0001F4EC")) == 0);
    free(text);

    CHECK(is_refused("\xed\x95", 2));
    CHECK(is_refused("a\xff", 2));
    CHECK(is_refused("\xc0\xaf", 2));
    CHECK(is_refused("news.txt\0.exe", 13));
#ifdef _UNICODE
    utf8 = utf8_from_text(L"a\xd83d");
    CHECK(strcmp(utf8, "a\xef\xbf\xbd") == 0);
    free(utf8);
#endif
}
#endif

int _tmain(int argc, TCHAR *argv[])
{
    (void)argc;
    companion_init(argv[0]);
    test_printable();
    test_printable_chars();
    test_format_text();
    test_parse_number();
#ifdef _WIN32
    test_utf8();
#endif
    return checks_done();
}
