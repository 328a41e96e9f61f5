/* pipeline_posix.h - what command_prompt.c, launch_posix.c and pipeline_posix.c need of each other. */
#ifndef PIPELINE_POSIX_H
#define PIPELINE_POSIX_H

#include "../shared/prompt.h"

/* What a program reads whose input nobody redirects. */
int program_input(void);

/* Beside the prompt first, as CreateProcess does, then along PATH. NULL, and said, when there is none. To be freed. */
char *find_program(const char *name);

/*
 * fork and exec, with these streams. Without a path, the words are a command of the prompt's own, and the new process
 * runs it. False, and said, when it did not work.
 */
bool start_program(const char *path, char *words[], int input, int output, bool is_background,
                   running_program *program);

#endif
