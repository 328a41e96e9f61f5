/* pipeline_win32.h - what CommandPrmpt_Ex.c, launch_win32.c and pipeline_win32.c need of each other. */
#ifndef PIPELINE_WIN32_H
#define PIPELINE_WIN32_H

#include "../shared/prompt.h"

typedef struct streams {
    HANDLE hInput, hOutput;
} streams;

/* A standard stream, inheritable; NULL when there is none. */
HANDLE stream(DWORD which);

/* What a program reads whose input nobody redirects. */
HANDLE program_input(void);

/* The beginning of a command line for another prompt like this one, with an option. To be freed. */
TCHAR *own_command_line(const TCHAR *option);

/* The command line of a program, or of a prompt that runs one of our own commands. To be freed. */
TCHAR *command_line_of(const command *program);

/* CreateProcess, with these streams and no other handles. False, and said, when it did not work. */
bool start_suspended(const TCHAR *name, TCHAR *commandLine, const streams *use, DWORD flags, PROCESS_INFORMATION *pi);

#endif
