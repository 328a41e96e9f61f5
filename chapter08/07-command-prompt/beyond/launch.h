/* launch.h - how CommandShell.c, pipeline.c and start.c start one program. */
#ifndef LAUNCH_H
#define LAUNCH_H

#include "../shared/shell.h"

typedef struct streams {
    HANDLE hInput, hOutput;
} streams;

/* What a program reads when its input is not redirected; set once by CommandShell.c. */
extern HANDLE hProgramInput;

/* A standard stream, inheritable; NULL when there is none. */
HANDLE standard_stream(DWORD which);

/* The beginning of a command line for another shell like this one, with an option where there are words. To be freed.
 */
TCHAR *own_command_line(const TCHAR *option);

/* The command line of a program, or of a shell that runs one of its own commands. To be freed. */
TCHAR *command_line_of(const command *program);

/* CreateProcess, with these streams and no other handles. False when it did not work, which has been reported. */
bool start_suspended(const TCHAR *name, TCHAR *commandLine, const streams *use, DWORD flags, PROCESS_INFORMATION *pi);

#endif
