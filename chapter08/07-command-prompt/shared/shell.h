/*
 * shell.h - the parts of the full shell, lowest first: each part calls only parts that stand above it here. A part is
 * in shared/ where its heading names no folder. Parts of one name in beyond/ and posix/ ask Windows and POSIX.
 */
#ifndef SHELL_H
#define SHELL_H

#include <signal.h>

#include "companion.h"
#include "parser.h"

#ifndef _WIN32
#include <sys/types.h>
#endif

/* ---- session.c: what all parts know ------------------------------------------------------------ */

#define PROMPT_TEXT _T("Best command prompt>>")

extern bool speaks_korean;            /* the language of the user */
extern bool is_ending;                /* the shell ends after this command */
extern unsigned long last_status;     /* the exit status of the last command */
extern volatile sig_atomic_t is_busy; /* a command runs, and Ctrl+C is meant for it */

#define SAY(english, korean) (speaks_korean ? _T(korean) : _T(english))

/* ---- tokenizer.c, parser.c: see their headers --------------------------------------------------- */

/* ---- history.c --------------------------------------------------------------------------------- */

void remember_line(const TCHAR *line);

/* The lines that were typed, ended by NULL; NULL when there are none. */
TCHAR *const *remembered_lines(void);

/* ---- messages.c -------------------------------------------------------------------------------- */

void report_syntax(syntax_error error);

/* Says that a program has ended with something else than 0. */
void show_status(const TCHAR *name, unsigned long status);

/* ---- aliases.c --------------------------------------------------------------------------------- */

/* The program that a word stands for: lp and kp are short names, any other is a program's own. */
TCHAR *program_of(TCHAR *name);

/* For help: what they are short for, and how they are used. */
void show_aliases(void);

/* ---- directory.c in beyond/ and posix/ ---------------------------------------------------------- */

/* Goes to a directory; NULL: shows the current one. Gives an exit status. */
unsigned long change_directory(const TCHAR *directory);

/* ---- launch.c in beyond/ and posix/; what is only for its own side is in launch.h ----------------- */

typedef struct running_program {
#ifdef _WIN32
    HANDLE hProcess;
#else
    pid_t process;
#endif
    unsigned long id;
    const TCHAR *name;
} running_program;

/* Waits for a program's end and gives its exit status. */
unsigned long wait_for_program(running_program *program);

/* Whether it has ended; wait_for_program then gives its status at once. */
bool has_ended(const running_program *program);

/* ---- pipeline.c in beyond/ and posix/ ------------------------------------------------------------ */

/* Starts the programs of a line, connected, or none of them, which has been reported. */
bool start_programs(const command_line *line, running_program *programs);

/* ---- start.c in beyond/ and posix/ --------------------------------------------------------------- */

/* Another shell, in a window of its own where the system has windows, which runs these words first. */
unsigned long start_shell(TCHAR *const words[]);

/* ---- jobs.c -------------------------------------------------------------------------------------- */

/* Takes over a line whose programs run in the background, and shows their ids. */
void add_job(command_line *line, running_program *programs, const TCHAR *text);

/* Shows the jobs that have ended since the last call, and forgets them. */
void show_ended_jobs(void);

/* ---- builtins.c ---------------------------------------------------------------------------------- */

/* The function of a command of the shell's own; NULL when the word is none. */
builtin_function *find_builtin(const TCHAR *name);

/* ---- shell.c ------------------------------------------------------------------------------------- */

typedef struct shell_options {
    const TCHAR *line;     /* -c: this line and nothing else */
    const TCHAR *script;   /* a file with lines; NULL: those that are typed */
    const TCHAR *language; /* NULL: that of the system */
    TCHAR **words;         /* of --run and --run-first; NULL: none */
    int word_count;
    bool ends_after_words; /* --run */
} shell_options;

/* The command line of the shell itself. Ends the program when it cannot be understood. */
void read_shell_options(int argc, TCHAR *argv[], shell_options *shell);

/* Whether lines are read from the script or from standard input. */
bool reads_lines(const shell_options *shell);

/* Runs all commands. Gives the exit status of the last one. */
int run_shell(const shell_options *shell);

#endif
