/*
 * history.c - the lines that were typed, as long as the prompt lives.
 *
 * Shows   What read_line gives is gone with the next line; what is to stay must be copied.
 * With    prompt.c, builtins.c
 */
#include <stdlib.h>
#include <string.h>

#include "prompt.h"

static TCHAR **history;
static size_t history_count;

TCHAR *const *remembered_lines(void)
{
    return history;
}

void remember_line(const TCHAR *line)
{
    TCHAR **longer = realloc(history, (history_count + 2) * sizeof(*history));
    TCHAR *copy = malloc((_tcslen(line) + 1) * sizeof(*copy));

    /* Without memory for it the prompt goes on, but forgets this line. */
    if (longer != NULL)
        history = longer;
    if (longer == NULL || copy == NULL) {
        free(copy);
        return;
    }
    memcpy(copy, line, (_tcslen(line) + 1) * sizeof(*copy));
    history[history_count++] = copy;
    history[history_count] = NULL;
}
