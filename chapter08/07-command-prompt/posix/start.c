/*
 * start.c - opens another shell.
 *
 * Shows   There is no call for a new window, since windows are not the system's: the new shell runs in the same
 *         terminal, and this one waits for it.
 * With    builtins.c, launch.c
 * Win32   start.c
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launch.h"

unsigned long start_shell(char *const words[])
{
    char language[] = "--language=en", run_first[] = "--run-first", dashes[] = "--";
    char *path = partner_path(program_name());
    size_t count = 0;

    while (words[count] != NULL)
        count++;
    char **arguments = calloc(count + 5, sizeof(*arguments));
    if (arguments == NULL)
        die_error("calloc");
    if (speaks_korean)
        memcpy(language, "--language=ko", sizeof(language));
    arguments[0] = path;
    arguments[1] = language;
    if (count > 0) {
        arguments[2] = run_first;
        arguments[3] = dashes;
        memcpy(arguments + 4, words, count * sizeof(*words));
    }

    const command shell = {arguments, count > 0 ? count + 4 : 2, NULL, NULL, false, NULL};
    running_program started = {0, 0, program_name()};
    bool is_started = start_program(path, &shell, program_input, STDOUT_FILENO, false, &started);
    unsigned long status = is_started ? wait_for_program(&started) : STATUS_FAILED;
    free(arguments);
    free(path);
    return status;
}
