/* Unit test of the command prompt's tokenizer and parser: words, quotes, operators, and every mistake. */
#include <stdlib.h>

#include "../../chapter08/07-command-prompt/shared/parser.h"
#include "check.h"

/* Whether a line comes apart as written here: "a|b c" is two programs, the second one of two words. */
static bool parses(const TCHAR *text, const TCHAR *expected)
{
    command_line line;
    TCHAR found[256] = _T("");

    if (parse_command_line(text, &line) != SYNTAX_OK) {
        free_command_line(&line);
        return false;
    }
    TCHAR *end = found;
    for (size_t i = 0; i < line.count; i++) {
        const command *program = &line.commands[i];
        for (size_t w = 0; w < program->word_count; w++) {
            format_text(end, 256 - (size_t)(end - found), _T("%s[%s]"), w == 0 && i > 0 ? _T("|") : _T(""),
                        program->words[w]);
            end += _tcslen(end);
        }
        if (program->words[program->word_count] != NULL)
            return false;
        format_text(end, 256 - (size_t)(end - found), _T("%s%s%s%s"), program->input != NULL ? _T("<") : _T(""),
                    program->input != NULL ? program->input : _T(""),
                    program->output == NULL ? _T("")
                    : program->appends      ? _T(">>")
                                            : _T(">"),
                    program->output != NULL ? program->output : _T(""));
        end += _tcslen(end);
    }
    if (line.is_background)
        format_text(end, 256 - (size_t)(end - found), _T("&"));
    free_command_line(&line);
    if (_tcscmp(found, expected) != 0)
        report(_T("found %s"), found);
    return _tcscmp(found, expected) == 0;
}

static bool fails(const TCHAR *text, syntax_error expected)
{
    command_line line;
    syntax_error error = parse_command_line(text, &line);
    bool isEmpty = line.count == 0;

    free_command_line(&line);
    return error == expected && isEmpty;
}

static void test_words(void)
{
    CHECK(parses(_T(""), _T("")));
    CHECK(parses(_T(" \t "), _T("")));
    CHECK(parses(_T("echo"), _T("[echo]")));
    CHECK(parses(_T("  echo  a\tb "), _T("[echo][a][b]")));
    CHECK(parses(_T("한글 인자 📬"), _T("[한글][인자][📬]")));
    CHECK(parses(_T("a*b ? %PATH% ^ ; ' `"), _T("[a*b][?][%PATH%][^][;]['][`]")));
}

/* The examples of Microsoft's page on CommandLineToArgvW, and what follows from its rules. */
static void test_quotes(void)
{
    CHECK(parses(_T("\"abc\" d e"), _T("[abc][d][e]")));
    CHECK(parses(_T("a\\\\b d\"e f\"g h"), _T("[a\\\\b][de fg][h]")));
    CHECK(parses(_T("a\\\\\\\"b c d"), _T("[a\\\"b][c][d]")));
    CHECK(parses(_T("a\\\\\\\\\"b c\" d e"), _T("[a\\\\b c][d][e]")));
    CHECK(parses(_T("a \"\" b"), _T("[a][][b]")));
    CHECK(parses(_T("\"a\"\"b\""), _T("[a\"b]")));
    CHECK(parses(_T("\"\"\"\""), _T("[\"]")));
    CHECK(parses(_T("C:\\dir\\ x"), _T("[C:\\dir\\][x]")));
    CHECK(parses(_T("\"C:\\a b\\\\\" x"), _T("[C:\\a b\\][x]")));
    CHECK(parses(_T("echo \"a | b > c & d < e\""), _T("[echo][a | b > c & d < e]")));
    CHECK(parses(_T("\\\" x"), _T("[\"][x]")));
    CHECK(fails(_T("\""), SYNTAX_QUOTE));
    CHECK(fails(_T("a \"b c"), SYNTAX_QUOTE));
    CHECK(fails(_T("\"\"\""), SYNTAX_QUOTE));
    CHECK(fails(_T("\"a\\\""), SYNTAX_QUOTE_IS_LETTER));
    CHECK(fails(_T("a > \"b"), SYNTAX_QUOTE));
}

static void test_operators(void)
{
    CHECK(parses(_T("a|b"), _T("[a]|[b]")));
    CHECK(parses(_T("a 1 | b 2 3 | c"), _T("[a][1]|[b][2][3]|[c]")));
    CHECK(parses(_T("a<b>c"), _T("[a]<b>c")));
    CHECK(parses(_T("> c a < b 1"), _T("[a][1]<b>c")));
    CHECK(parses(_T("a >>\"b c\""), _T("[a]>>b c")));
    CHECK(parses(_T("a < x | b | c > y &"), _T("[a]<x|[b]|[c]>y&")));
    CHECK(parses(_T("a&"), _T("[a]&")));
    CHECK(fails(_T("|"), SYNTAX_NO_PROGRAM));
    CHECK(fails(_T("a |"), SYNTAX_NO_PROGRAM));
    CHECK(fails(_T("| a"), SYNTAX_NO_PROGRAM));
    CHECK(fails(_T("a || b"), SYNTAX_NO_PROGRAM));
    CHECK(fails(_T("&"), SYNTAX_NO_PROGRAM));
    CHECK(fails(_T("a | &"), SYNTAX_NO_PROGRAM));
    CHECK(fails(_T("> a"), SYNTAX_NO_PROGRAM));
    CHECK(fails(_T("a & b"), SYNTAX_BACKGROUND));
    CHECK(fails(_T("a &&"), SYNTAX_BACKGROUND));
    CHECK(fails(_T("a & \""), SYNTAX_BACKGROUND));
    CHECK(fails(_T("a >"), SYNTAX_NO_FILE));
    CHECK(fails(_T("a > | b"), SYNTAX_NO_FILE));
    CHECK(fails(_T("a < > b"), SYNTAX_NO_FILE));
    CHECK(fails(_T("a >>> b"), SYNTAX_NO_FILE));
    CHECK(fails(_T("a > b > c"), SYNTAX_TWO_FILES));
    CHECK(fails(_T("a > b | c"), SYNTAX_TWO_FILES));
    CHECK(fails(_T("a | b < c"), SYNTAX_TWO_FILES));
}

/* Lines that are longer than any buffer, of nothing but words, pipes, or one letter. */
static void test_lengths(void)
{
    enum { CHARS = 200000 };
    static const TCHAR *const patterns[] = {_T("a "), _T("a|"), _T("x"), _T("\\"), _T("\"\" ")};
    TCHAR *text = malloc((CHARS + 2) * sizeof(TCHAR));
    command_line line;

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        size_t chars = _tcslen(patterns[i]);
        for (size_t c = 0; c < CHARS; c++)
            text[c] = patterns[i][c % chars];
        text[CHARS] = _T('b');
        text[CHARS + 1] = _T('\0');
        CHECK(parse_command_line(text, &line) == SYNTAX_OK);
        free_command_line(&line);
    }
    free(text);
}

int _tmain(int argc, TCHAR *argv[])
{
    (void)argc;
    companion_init(argv[0]);
    test_words();
    test_quotes();
    test_operators();
    test_lengths();
    return checks_done();
}
