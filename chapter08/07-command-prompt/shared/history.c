/*
 * history.c - the lines that were typed, until the shell ends.
 *
 * Shows   What read_line gives is valid until the next line is read; what is to be kept must be copied.
 * With    shell.c, builtins.c, launch.c
 */
#include <stdlib.h>
#include <string.h>

#include "shell.h"

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

    /* Without memory for it the shell goes on, but forgets this line. */
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
