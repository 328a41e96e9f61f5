/*
 * command_prompt.c - the command prompt.
 *
 * Shows   posix_spawn, which starts a program in one call, as CreateProcess does; waitpid, which waits for its end and
 *         gives its exit status. The commands lp and kp are programs here, as ps and kill are in any Unix.
 * Run     command_prompt [WORD...]
 * With    list_process.c, kill_tree.c; command_shell.c, the full shell
 * Win32   CommandPrmpt_Ex.c
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "companion.h"

#define PROMPT_TEXT "Best command prompt>>"

static const char separators[] = " ,\t\r\n";
static volatile sig_atomic_t is_busy; /* a program runs, and Ctrl+C is meant for it */

static void survive_ctrl_c(int signal_number)
{
    static const char text[] = "\n" PROMPT_TEXT;

    (void)signal_number;
    /* Where this write fails, there is no place left to report it. */
    if (!is_busy && write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
        return;
}

/*
 * Splits the line in place; a part in quotes is not split. Gives the number of words, or -1 when a quote is not closed.
 * The list, which ends with NULL, has room: each word but the last takes a character and a separator of the line.
 */
static int split_line(char *line, char *words[])
{
    const char *from = line;
    char *to = line;
    int count = 0;
    bool is_quoted = false;

    for (;;) {
        from += strspn(from, separators);
        if (*from == '\0')
            break;
        words[count++] = to;
        for (; *from != '\0' && (is_quoted || strchr(separators, *from) == NULL); from++) {
            if (*from == '"')
                is_quoted = !is_quoted;
            else
                *to++ = *from;
        }
        /* Over the separator first: the terminator may take its place. */
        from += *from != '\0';
        *to++ = '\0';
    }
    words[count] = NULL;
    return is_quoted ? -1 : count;
}

/* Starts a program, which lies beside the prompt or is found along PATH, and waits for its end. */
static void run_program(char *words[])
{
    const char *name = words[0];
    pid_t pid;
    int status;

    /* The error is what posix_spawn gives, not errno. A signal that is handled here is at its default in the child. */
    char *partner = partner_path(name);
    bool is_plain_name = name[0] != '\0' && strchr(name, '/') == NULL;
    int error = is_plain_name ? posix_spawn(&pid, partner, NULL, NULL, words, environ) : ENOENT;
    free(partner);
    if (error == ENOENT)
        error = posix_spawnp(&pid, name, NULL, NULL, words, environ);
    if (error == ENOENT) {
        report("'%s' is not a program that can be run.", name);
        return;
    }
    if (error != 0) {
        errno = error;
        report_error("posix_spawnp(%s)", name);
        return;
    }

    is_busy = true;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            die_error("waitpid(%ld)", (long)pid);
    }
    is_busy = false;
    if (WIFSIGNALED(status))
        report("'%s' was ended by signal %d", name, WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        report("'%s' ended with exit status %d", name, WEXITSTATUS(status));
}

/* Another prompt, which does what the words say before it reads a line. It runs in the same terminal. */
static void start_prompt(int count, char *words[])
{
    char program[] = "command_prompt", dashes[] = "--";
    char **arguments = calloc((size_t)count + 2, sizeof(*arguments));

    if (arguments == NULL)
        die_error("calloc");
    arguments[0] = program;
    arguments[1] = dashes;
    memcpy(arguments + 2, words + 1, ((size_t)count - 1) * sizeof(*words));
    run_program(arguments);
    free(arguments);
}

/* Does what the words say, the first one in any case where it is a command. True for exit. */
static bool process_command(int count, char *words[])
{
    static char lister[] = "list_process", killer[] = "kill_tree";

    if (strcasecmp(words[0], "exit") == 0) {
        if (count == 1)
            print("The command prompt ends.\n");
        else
            report("usage: exit");
        return count == 1;
    }
    if (strcasecmp(words[0], "echo") == 0) {
        for (int i = 1; i < count; i++)
            print(i + 1 < count ? "%s " : "%s", words[i]);
        print("\n");
    } else if (strcasecmp(words[0], "lp") == 0) {
        words[0] = lister;
        run_program(words);
    } else if (strcasecmp(words[0], "kp") == 0) {
        words[0] = killer;
        run_program(words);
    } else if (strcasecmp(words[0], "start") == 0) {
        start_prompt(count, words);
    } else {
        run_program(words);
    }
    return false;
}

int main(int argc, char *argv[])
{
    const option_spec options[] = {OPTIONS_END};
    /* A function, not SIG_IGN: the children would inherit that one, and ignore Ctrl+C. */
    struct sigaction action = {.sa_handler = survive_ctrl_c, .sa_flags = SA_RESTART};
    char *line;

    companion_init(argv[0]);
    int count = parse_options(argc, argv, "Runs commands: exit, start, echo, lp, kp, or a program's name.", "[WORD...]",
                              options);
    /* Not for a script, which Ctrl+C ends. */
    if (isatty(STDIN_FILENO) && sigaction(SIGINT, &action, NULL) < 0)
        die_error("sigaction(SIGINT)");

    bool is_exit = count > 0 && process_command(count, argv + 1);
    while (!is_exit) {
        prompt(PROMPT_TEXT);
        line = read_line();
        if (line == NULL)
            break;
        char **words = calloc(strlen(line) / 2 + 2, sizeof(*words));
        if (words == NULL)
            die_error("calloc");
        count = split_line(line, words);
        if (count < 0)
            report("a \" is missing: quotes come in pairs");
        else if (count > 0)
            is_exit = process_command(count, words);
        free(words);
    }
    return 0;
}
