/* Unit test of file_name.h, for both sides. */
#include "file_name.h"

#include <string.h>

#include "check.h"

/* Whether both functions take the name, or both refuse it. */
static bool is_taken(const char *utf8)
{
    const TCHAR *refusal = utf8_file_name_refusal(utf8, strlen(utf8));
#ifdef _WIN32
    TCHAR name[2 * FILE_NAME_CHARS + 64];
    int chars = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8, -1, NULL, 0);

    if (chars > 0) {
#ifdef _UNICODE
        MultiByteToWideChar(CP_UTF8, 0, utf8, -1, name, 2 * FILE_NAME_CHARS + 64);
#else
        format_text(name, 2 * FILE_NAME_CHARS + 64, "%s", utf8);
#endif
        if (file_name_refusal(name) != refusal)
            return false;
    }
#endif
    return refusal == NULL;
}

static bool is_refused(const char *utf8, const TCHAR *reason)
{
    const TCHAR *refusal = utf8_file_name_refusal(utf8, strlen(utf8));

    return !is_taken(utf8) && refusal != NULL && _tcsstr(refusal, reason) != NULL;
}

static void test_names(void)
{
    CHECK(is_taken("news.txt"));
    CHECK(is_taken(".profile"));
    CHECK(is_taken("a..b"));
    CHECK(is_taken("- a 'b' {c} #%&=;.txt"));
    CHECK(is_taken("\xed\x95\x9c\xea\xb8\x80 \xf0\x9f\x93\xac.txt"));
    CHECK(is_refused("", _T("empty")));
    CHECK(is_refused(".", _T("a dot")));
    CHECK(is_refused("..", _T("a dot")));
    CHECK(is_refused("news.txt.", _T("a dot")));
    CHECK(is_refused("news.txt ", _T("a blank")));
}

static void test_characters(void)
{
    char name[] = "a?b";

    for (const char *one = "/\\:*?\"<>|"; *one != '\0'; one++) {
        name[1] = *one;
        CHECK(is_refused(name, _T("one of")));
    }
    CHECK(is_refused("../secret", _T("one of")));
    CHECK(is_refused("C:news.txt", _T("one of")));
    CHECK(is_refused("news.txt::$DATA", _T("one of")));
    CHECK(is_refused("a\nb", _T("control")));
    CHECK(is_refused("a\x7f", _T("control")));
    CHECK(is_refused("a\xc2\x9b[2J", _T("control")));
    CHECK(_tcsstr(utf8_file_name_refusal("news.txt\0.exe", 13), _T("control")) != NULL);
    CHECK(is_refused("a\xff", _T("UTF-8")));
    CHECK(is_refused("a\xed\x95", _T("UTF-8")));
    CHECK(is_refused("\xc0\xaf", _T("UTF-8")));
#ifdef _UNICODE
    CHECK(file_name_refusal(L"a\xd83dz") != NULL);
#endif
}

static void test_lengths(void)
{
    char name[4 * FILE_NAME_CHARS + 5] = "";

    memset(name, 'a', FILE_NAME_CHARS);
    CHECK(is_taken(name));
    name[FILE_NAME_CHARS] = 'a';
    CHECK(is_refused(name, _T("255")));

    /* 127 mailboxes are 254 units of UTF-16; one more does not fit. */
    name[0] = '\0';
    for (int i = 0; i < 127; i++)
        memcpy(name + 4 * i, "\xf0\x9f\x93\xac", 5);
    CHECK(is_taken(name));
    memcpy(name + 4 * 127, "a", 2);
    CHECK(is_taken(name));
    memcpy(name + 4 * 127, "\xf0\x9f\x93\xac", 5);
    CHECK(is_refused(name, _T("255")));
}

static void test_devices(void)
{
    static const char *const devices[] = {
        "nul",  "NUL",  "Con",  "prn.txt",  "AUX .b", "nul.a.b",     "CONIN$",        "conout$",
        "com1", "LPT9", "com0", "lpt5.txt", "COM3  ", "com\xc2\xb9", "LPT\xc2\xb2.x", "com\xc2\xb3 .y",
    };
    static const char *const files[] = {
        "nulls", "con1", "com", "com10", "comx", "lpt.txt", "a.nul", "_con", "com\xc2\xb4", "CONIN", "conout$s",
    };

    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
        CHECK(!is_taken(devices[i]));
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        CHECK(is_taken(files[i]));
    CHECK(is_refused("nul", _T("device")));
}

int _tmain(int argc, TCHAR *argv[])
{
    (void)argc;
    companion_init(argv[0]);
    test_names();
    test_characters();
    test_lengths();
    test_devices();
    return checks_done();
}
