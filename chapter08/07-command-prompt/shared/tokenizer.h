/*
 * tokenizer.h - the words and operators of a command line, one after the other.
 *
 * Blanks separate words; < > >> | & do so too and mean something; within double quotes, blanks and these are text.
 * Quotes and backslashes are CommandLineToArgvW's: \" is a quote, \\" is a backslash and one end of the quotes, a
 * backslash elsewhere is one, and "" within quotes is a quote.
 */
#ifndef TOKENIZER_H
#define TOKENIZER_H

#include <stdbool.h>
#include <tchar.h>

typedef enum token {
    TOKEN_WORD,
    TOKEN_INPUT,      /* <  */
    TOKEN_OUTPUT,     /* >  */
    TOKEN_APPEND,     /* >> */
    TOKEN_PIPE,       /* |  */
    TOKEN_BACKGROUND, /* &  */
    TOKEN_END
} token;

typedef struct reader {
    const TCHAR *from; /* the text */
    TCHAR *to;         /* where words are copied to: room for twice the text */
} reader;

/* Reads one token; of a word, `word` is what it is without its quotes. False when a quote is not closed. */
bool read_token(reader *line, token *kind, TCHAR **word);

#endif
