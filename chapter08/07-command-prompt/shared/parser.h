/*
 * parser.h - a command line as it was typed, taken apart into programs, their words, and where they read and write.
 */
#ifndef PARSER_H
#define PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <tchar.h>

/* What may be wrong with a line. */
typedef enum syntax_error {
    SYNTAX_OK,
    SYNTAX_NO_MEMORY,
    SYNTAX_QUOTE,           /* a quote that is not closed */
    SYNTAX_QUOTE_IS_LETTER, /* the same, and a \" in the line was perhaps meant to close it */
    SYNTAX_NO_PROGRAM,      /* nothing in front of | or &, or behind |, or around < and > */
    SYNTAX_NO_FILE,         /* no name behind < or > or >> */
    SYNTAX_TWO_FILES,       /* one program's input or output in two places: < a < b, > a | b */
    SYNTAX_BACKGROUND,      /* something behind & */
} syntax_error;

/* Does a command of the shell's own, and gives its exit status. */
typedef unsigned long builtin_function(int count, TCHAR *words[]);

typedef struct command {
    TCHAR **words; /* the program first; behind the last one a NULL */
    size_t word_count;
    TCHAR *input, *output; /* files; NULL: none */
    bool appends;
    builtin_function *run_builtin; /* NULL, as the parser leaves it: a program */
} command;

typedef struct command_line {
    command *commands; /* connected by pipes, in this order; none: an empty line */
    size_t count;
    bool is_background;
    void *memory; /* of all the above */
} command_line;

/* Takes a line apart; tokenizer.h tells what a word is. The result is to be freed with free_command_line in any case.
 */
syntax_error parse_command_line(const TCHAR *text, command_line *line);

void free_command_line(command_line *line);

#endif
