/* launch.h - how command_shell.c, pipeline.c and start.c start one program. */
#ifndef LAUNCH_H
#define LAUNCH_H

#include "../shared/shell.h"

/* What a program reads when its input is not redirected; set once by command_shell.c. */
extern int program_input;

/*
 * The file of a program: beside the shell first, as CreateProcess does, then along PATH. NULL when there is none, which
 * has been reported. To be freed.
 */
char *find_program(const char *name);

/*
 * fork and exec, with these streams. Without a path the new process runs a command of the shell's own. False when it
 * did not work, which has been reported.
 */
bool start_program(const char *path, const command *program, int input, int output, bool is_background,
                   running_program *started);

#endif
