/*
 * tokenizer.c - reads the words and operators of a command line.
 *
 * Shows   The quoting rules of CommandLineToArgvW, from the reader's side. Nothing here calls the system, so it is
 *         tested and fuzzed on any.
 * With    parser.c; append_argument of common/ is the writer's side
 */
#include "tokenizer.h"

static bool is_blank(TCHAR c)
{
    return c == _T(' ') || c == _T('\t') || c == _T('\n') || c == _T('\r') || c == _T('\v') || c == _T('\f');
}

static bool is_operator(TCHAR c)
{
    return c == _T('<') || c == _T('>') || c == _T('|') || c == _T('&');
}

/* Copies a run of backslashes and gives whether the quote behind it, if there is one, is text. */
static bool copy_backslashes(reader *line)
{
    size_t count = 0;

    while (line->from[count] == _T('\\'))
        count++;
    bool ends_at_quote = line->from[count] == _T('"');
    line->from += count;
    for (size_t i = 0; i < (ends_at_quote ? count / 2 : count); i++)
        *line->to++ = _T('\\');
    return ends_at_quote && count % 2 == 1;
}

/* Copies the next word without its quotes. False when a quote is not closed. */
static bool read_word(reader *line)
{
    bool is_quoted = false;

    for (;;) {
        if (*line->from == _T('\\')) {
            if (copy_backslashes(line))
                *line->to++ = *line->from++;
        } else if (*line->from == _T('"')) {
            bool is_text = is_quoted && line->from[1] == _T('"');
            if (is_text)
                *line->to++ = _T('"');
            else
                is_quoted = !is_quoted;
            line->from += is_text ? 2 : 1;
        } else if (*line->from == _T('\0') || (!is_quoted && (is_blank(*line->from) || is_operator(*line->from)))) {
            break;
        } else {
            *line->to++ = *line->from++;
        }
    }
    *line->to++ = _T('\0');
    return !is_quoted;
}

static token read_operator(reader *line)
{
    switch (*line->from++) {
    case _T('<'):
        return TOKEN_INPUT;
    case _T('|'):
        return TOKEN_PIPE;
    case _T('&'):
        return TOKEN_BACKGROUND;
    default:
        if (*line->from != _T('>'))
            return TOKEN_OUTPUT;
        line->from++;
        return TOKEN_APPEND;
    }
}

bool read_token(reader *line, token *kind, TCHAR **word)
{
    while (is_blank(*line->from))
        line->from++;
    *word = line->to;
    if (*line->from == _T('\0')) {
        *kind = TOKEN_END;
    } else if (is_operator(*line->from)) {
        *kind = read_operator(line);
    } else {
        *kind = TOKEN_WORD;
        return read_word(line);
    }
    return true;
}
