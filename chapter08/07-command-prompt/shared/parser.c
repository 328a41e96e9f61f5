/*
 * parser.c - makes programs of words and operators.
 *
 * Shows   The whole line is checked before anything in it is done.
 * With    tokenizer.c, shell.c
 */
#include "parser.h"

#include <stdlib.h>
#include <string.h>

#include "tokenizer.h"

static syntax_error read_file_name(reader *line, command *program, token kind)
{
    TCHAR **file = kind == TOKEN_INPUT ? &program->input : &program->output;
    token next;

    if (*file != NULL)
        return SYNTAX_TWO_FILES;
    program->appends = program->appends || kind == TOKEN_APPEND;
    if (!read_token(line, &next, file))
        return SYNTAX_QUOTE;
    return next == TOKEN_WORD ? SYNTAX_OK : SYNTAX_NO_FILE;
}

/* Reads one program up to the | or & or end behind it, which `end` then tells. */
static syntax_error read_command(reader *line, command *program, token *end)
{
    for (;;) {
        TCHAR *word;
        syntax_error error = SYNTAX_OK;

        if (!read_token(line, end, &word))
            return SYNTAX_QUOTE;
        if (*end == TOKEN_WORD)
            program->words[program->word_count++] = word;
        else if (*end == TOKEN_INPUT || *end == TOKEN_OUTPUT || *end == TOKEN_APPEND)
            error = read_file_name(line, program, *end);
        else
            return SYNTAX_OK;
        if (error != SYNTAX_OK)
            return error;
    }
}

static syntax_error read_commands(reader *line, command_line *result, TCHAR **words)
{
    token end = TOKEN_PIPE;

    while (end == TOKEN_PIPE) {
        command *program = &result->commands[result->count];

        program->words = words;
        syntax_error error = read_command(line, program, &end);
        if (error != SYNTAX_OK)
            return error;
        words += program->word_count;
        *words++ = NULL;

        if (program->word_count == 0) {
            bool is_empty_line =
                result->count == 0 && end == TOKEN_END && program->input == NULL && program->output == NULL;
            return is_empty_line ? SYNTAX_OK : SYNTAX_NO_PROGRAM;
        }
        if ((result->count > 0 && program->input != NULL) || (end == TOKEN_PIPE && program->output != NULL))
            return SYNTAX_TWO_FILES;
        result->count++;
    }
    if (end == TOKEN_BACKGROUND) {
        TCHAR *word;

        result->is_background = true;
        if (!read_token(line, &end, &word) || end != TOKEN_END)
            return SYNTAX_BACKGROUND;
    }
    return SYNTAX_OK;
}

syntax_error parse_command_line(const TCHAR *text, command_line *line)
{
    /* One block: at most each character is a word or a pipe, with its terminator or its NULL. */
    size_t most = _tcslen(text) + 1;
    size_t commands_bytes = most * sizeof(command), words_bytes = 2 * most * sizeof(TCHAR *);

    line->count = 0;
    line->is_background = false;
    line->memory = calloc(1, commands_bytes + words_bytes + 2 * most * sizeof(TCHAR));
    if (line->memory == NULL)
        return SYNTAX_NO_MEMORY;
    line->commands = line->memory;

    TCHAR **words = (TCHAR **)(void *)((char *)line->memory + commands_bytes);
    reader from_start = {text, (TCHAR *)(void *)((char *)line->memory + commands_bytes + words_bytes)};
    syntax_error error = read_commands(&from_start, line, words);
    if (error != SYNTAX_OK)
        line->count = 0;
    /* As in cd "C:\Program Files\", where the last backslash makes a letter of the quote that was to close it. */
    return error == SYNTAX_QUOTE && _tcsstr(text, _T("\\\"")) != NULL ? SYNTAX_QUOTE_IS_LETTER : error;
}

void free_command_line(command_line *line)
{
    free(line->memory);
    line->memory = NULL;
}
