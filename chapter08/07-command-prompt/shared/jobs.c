/*
 * jobs.c - programs in the background: kept when they start, shown when they have ended.
 *
 * Shows   How to ask whether a process has ended, without waiting for it.
 * With    shell.c, launch.c
 */
#include <stdlib.h>
#include <string.h>

#include "shell.h"

typedef struct job {
    unsigned number;
    command_line line; /* the names of the programs are in it */
    running_program *programs;
    TCHAR *text; /* as it was typed; NULL: there was no memory for it */
    struct job *next;
} job;

static job *jobs; /* oldest first */

void add_job(command_line *line, running_program *programs, const TCHAR *text)
{
    job **end = &jobs;
    unsigned number = 1;

    for (; *end != NULL; end = &(*end)->next)
        number = (*end)->number + 1;
    for (size_t i = 0; i < line->count; i++)
        print(_T("[%u] process %lu: %s\n"), number, programs[i].id, programs[i].name);

    job *added = calloc(1, sizeof(*added));
    if (added == NULL)
        return;
    added->number = number;
    added->line = *line;
    added->programs = programs;
    added->text = malloc((_tcslen(text) + 1) * sizeof(TCHAR));
    if (added->text != NULL)
        memcpy(added->text, text, (_tcslen(text) + 1) * sizeof(TCHAR));
    line->memory = NULL;
    *end = added;
}

static bool is_over(const job *asked)
{
    for (size_t i = 0; i < asked->line.count; i++) {
        if (!has_ended(&asked->programs[i]))
            return false;
    }
    return true;
}

static void forget(job *ended)
{
    free_command_line(&ended->line);
    free(ended->programs);
    free(ended->text);
    free(ended);
}

void show_ended_jobs(void)
{
    for (job **at = &jobs; *at != NULL;) {
        job *asked = *at;

        if (!is_over(asked)) {
            at = &asked->next;
            continue;
        }
        print(SAY("[%u] has ended: %s\n", "[%u] 끝났습니다: %s\n"), asked->number,
              asked->text == NULL ? _T("") : asked->text);
        for (size_t i = 0; i < asked->line.count; i++) {
            unsigned long status = wait_for_program(&asked->programs[i]);
            if (status != 0)
                show_status(asked->programs[i].name, status);
        }
        *at = asked->next;
        forget(asked);
    }
}
