/*
 * prompt.h - what the parts of the command prompt share. What has no _win32 or _posix in its name serves both sides;
 * what asks the system is in CommandPrmpt_Ex.c and *_win32.c, and in command_prompt.c and *_posix.c.
 */
#ifndef PROMPT_H
#define PROMPT_H

#include "companion.h"
#include "parser.h"

#ifndef _WIN32
#include <sys/types.h>
#endif

#define PROMPT_TEXT _T("Best command prompt>>")

/* The language of the one who sits there. */
extern bool speaks_korean;
#define SAY(english, korean) (speaks_korean ? _T(korean) : _T(english))

typedef struct running_program {
#ifdef _WIN32
    HANDLE hProcess;
#else
    pid_t process;
#endif
    unsigned long id;
    const TCHAR *name;
} running_program;

/* ---- prompt.c --------------------------------------------------------------------------------- */

/* The whole program. Gives its exit status. */
int run_prompt(int argc, TCHAR *argv[]);

/* The exit status of the last command. */
extern unsigned long last_status;

/* Set when the prompt is to end after this command. */
extern bool is_ending;

/* ---- builtins.c ------------------------------------------------------------------------------- */

bool is_builtin(const TCHAR *name);
unsigned long run_builtin(int count, TCHAR *words[]);

/* Whether a command has as many arguments as it takes, and no option that it does not know; says so. */
bool has_arguments(int count, TCHAR *words[], int least, int most);

/* The program that a word stands for: lp and kp are short names, any other is a program's own. */
TCHAR *program_of(TCHAR *name);

/* ---- history.c ------------------------------------------------------------------------------ */

void remember_line(const TCHAR *line);

/* The lines that were typed, ended by NULL; NULL when there are none. */
TCHAR *const *remembered_lines(void);

/* ---- messages.c ------------------------------------------------------------------------------- */

void report_syntax(syntax_error error);

/* Says that a program has ended with something else than 0. */
void show_status(const TCHAR *name, unsigned long status);

/* ---- jobs.c ----------------------------------------------------------------------------------- */

/* Takes over a line whose programs run in the background, and shows their ids. */
void add_job(command_line *line, running_program *programs, const TCHAR *text);

/* Shows the jobs that have ended since the last call, and forgets them. */
void show_ended_jobs(void);

/* ---- of the system ---------------------------------------------------------------------------- */

/* Starts the programs of a line, connected, or none of them, and says why not. */
bool start_programs(const command_line *line, running_program *programs);

/* Waits for a program's end and gives its exit status. */
unsigned long wait_for_program(running_program *program);

/* Whether it has ended; wait_for_program then gives its status at once. */
bool has_ended(const running_program *program);

/* A new prompt, in a window of its own where the system has windows, that runs these words first. */
unsigned long start_prompt(TCHAR *const words[]);

/* Goes to a directory; NULL: shows where we are. */
unsigned long change_directory(const TCHAR *directory);

bool does_system_speak_korean(void);

/* Lets read_line read a file, while programs read what was standard input. False, and said, when there is none. */
bool read_commands_from(const TCHAR *file);

/* Commands come from standard input. When that is no keyboard, it is a script, and programs are not to read it. */
void read_commands_from_input(void);

/* Lets Ctrl+C end the running program only, where a person types. When the prompt is not busy, it prompts anew. */
void survive_ctrl_c(void);
extern volatile bool is_busy;

#endif
