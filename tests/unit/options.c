/* Unit test of parse_options on command lines that it takes. What it refuses ends the program: see test_common.py. */
#include "check.h"

typedef struct result {
    bool isLoud;
    const TCHAR *name, *line;
    unsigned long count;
    const TCHAR *texts[2];
    text_list also;
    int operands;
    TCHAR **argv;
} result;

static TCHAR program[] = _T("unit");

static result parse(const TCHAR *operands, TCHAR **argv)
{
    static result r;
    r = (result){false, _T("default"), NULL, 7, {NULL}, {r.texts, 2, 0}, 0, argv};
    const option_spec options[] = {
        OPTION_FLAG("--loud", &r.isLoud, "a flag"),
        OPTION_TEXT("--name", "NAME", &r.name, "a text"),
        OPTION_LINE("--line", "LINE", &r.line, "a text that may be empty"),
        OPTION_NUMBER("--count", "N", &r.count, 1, 100, "a number"),
        OPTION_LIST("--also", "NAME", &r.also, "a list"),
        OPTIONS_END,
    };
    int argc = 0;
    while (argv[argc] != NULL)
        argc++;
    r.operands = parse_options(argc, argv, _T("A test."), operands, options);
    return r;
}

#define PARSE(operands, ...) parse(operands, (TCHAR *[]){program, __VA_ARGS__})

int _tmain(int argc, TCHAR *argv[])
{
    /* The command line belongs to the program, so parse_options takes it as not constant. */
    static TCHAR loud[] = _T("--loud"), name[] = _T("--name"), name_is[] = _T("--name=a=b"), line[] = _T("--line"),
                 line_empty[] = _T("--line="), count[] = _T("--count"), count_is[] = _T("--count=100"), one[] = _T("1"),
                 korean[] = _T("한글"), dashes[] = _T("--"), dash[] = _T("-"), minus[] = _T("-5"), empty[] = _T(""),
                 also[] = _T("--also"), also_is[] = _T("--also=b");
    (void)argc;
    companion_init(argv[0]);

    result r = PARSE(NULL, NULL);
    CHECK(!r.isLoud && _tcscmp(r.name, _T("default")) == 0 && r.count == 7 && r.operands == 0 && r.argv[1] == NULL);

    r = PARSE(NULL, loud, name, korean, count, one, NULL);
    CHECK(r.isLoud && r.name == korean && r.count == 1 && r.operands == 0);

    r = PARSE(NULL, name_is, count_is, NULL);
    CHECK(_tcscmp(r.name, _T("a=b")) == 0 && r.count == 100);

    r = PARSE(NULL, line_empty, NULL);
    CHECK(_tcscmp(r.line, _T("")) == 0);

    r = PARSE(NULL, line, empty, NULL);
    CHECK(_tcscmp(r.line, _T("")) == 0);

    r = PARSE(_T("[MESSAGE...]"), korean, loud, one, name, dash, NULL);
    CHECK(r.operands == 2 && r.argv[1] == korean && r.argv[2] == one && r.argv[3] == NULL && r.isLoud &&
          r.name == dash);

    r = PARSE(_T("[MESSAGE...]"), one, dashes, loud, dashes, NULL);
    CHECK(r.operands == 3 && r.argv[2] == loud && r.argv[3] == dashes && !r.isLoud);

    r = PARSE(_T("FROM TO"), dash, minus, NULL);
    CHECK(r.operands == 2 && r.argv[1] == dash && r.argv[2] == minus);

    r = PARSE(_T("[FILE]"), NULL);
    CHECK(r.operands == 0);

    r = PARSE(_T("[FILE]"), empty, NULL);
    CHECK(r.operands == 1 && r.argv[1] == empty);

    r = PARSE(NULL, name, one, name, korean, NULL);
    CHECK(r.name == korean);

    r = PARSE(NULL, also, one, also_is, NULL);
    CHECK(r.also.count == 2 && r.texts[0] == one && _tcscmp(r.texts[1], _T("b")) == 0);
    return checks_done();
}
