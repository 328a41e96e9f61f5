/*
 * tokenizer.c - lets libFuzzer look for a line that the command prompt's tokenizer does not survive.
 *
 * By hand, for as long as you like:
 *     clang -g -fsanitize=fuzzer,address,undefined -Icommon/posix -Ichapter08/07-command-prompt/shared \
 *         tests/fuzz/tokenizer.c chapter08/07-command-prompt/shared/{parser,tokenizer}.c -o fuzz && ./fuzz
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

/* Writes a word so that it is read back as it was, and gives what follows. The plainest way: all in quotes. */
static char *write_word(char *to, const char *word)
{
    *to++ = '"';
    for (; *word != '\0'; word++) {
        if (*word == '"')
            *to++ = '\\';
        *to++ = *word;
        /* A run of backslashes in front of a quote counts double. */
        if (*word == '\\' && (word[strspn(word, "\\")] == '"' || word[strspn(word, "\\")] == '\0'))
            *to++ = '\\';
    }
    *to++ = '"';
    *to++ = ' ';
    return to;
}

/* Each program's words, written and read again, must be the same words. */
static void check_words(const command *program, size_t text_bytes)
{
    char *text = malloc(3 * text_bytes + 4 * program->word_count + 1), *end = text;
    command_line again;

    for (size_t i = 0; i < program->word_count; i++)
        end = write_word(end, program->words[i]);
    *end = '\0';
    if (parse_command_line(text, &again) != SYNTAX_OK || again.count != 1 ||
        again.commands[0].word_count != program->word_count)
        abort();
    for (size_t i = 0; i < program->word_count; i++) {
        if (strcmp(again.commands[0].words[i], program->words[i]) != 0)
            abort();
    }
    free_command_line(&again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    command_line line;
    char *text = malloc(count + 1);

    memcpy(text, bytes, count);
    text[count] = '\0';
    syntax_error error = parse_command_line(text, &line);
    if (error != SYNTAX_OK && line.count != 0)
        abort();
    for (size_t i = 0; i < line.count; i++) {
        if (line.commands[i].word_count == 0 || line.commands[i].words[line.commands[i].word_count] != NULL)
            abort();
        if ((i > 0 && line.commands[i].input != NULL) || (i + 1 < line.count && line.commands[i].output != NULL))
            abort();
        check_words(&line.commands[i], strlen(text));
    }
    free_command_line(&line);
    free(text);
    return 0;
}
