/*
 * command_shell.c - the full shell: pipes, files, jobs, history, scripts.
 *
 * Shows   What a shell asks of the system beside starting programs: where its lines come from, which language the user
 *         speaks, and what Ctrl+C ends. It is made of parts; the lesson's page has a map of them.
 * Run     command_shell [-c COMMAND] [--language ko|en] [FILE]
 * With    shell.c, builtins.c, jobs.c, pipeline.c, launch.c
 * Win32   CommandShell.c
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launch.h"

static void survive_ctrl_c(int signal_number)
{
    static const char text[] = "\n" PROMPT_TEXT;

    (void)signal_number;
    /* Where this write fails, there is no place left to report it. */
    if (!is_busy && write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
        return;
}

static int open_for_reading(const char *name)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        die_error("open(%s)", name);
    return fd;
}

/* Decides what the shell reads, and what the programs read that it starts. */
static void choose_inputs(const char *script)
{
    /* A function, not SIG_IGN: that one would stay in force in the programs that are started. */
    struct sigaction action = {.sa_handler = survive_ctrl_c, .sa_flags = SA_RESTART};

    if (script != NULL) {
        /* The shell reads the file; programs read what was standard input. */
        int fd = open_for_reading(script);
        program_input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
        if (program_input < 0)
            die_error("fcntl(F_DUPFD_CLOEXEC)");
        if (dup2(fd, STDIN_FILENO) < 0)
            die_error("dup2(%s)", script);
        close(fd);
    } else if (!isatty(STDIN_FILENO)) {
        /* Lines from a pipe are all for the shell, which reads ahead: a program would get only some of them. */
        program_input = open_for_reading("/dev/null");
    } else if (sigaction(SIGINT, &action, NULL) < 0) {
        die_error("sigaction(SIGINT)");
    }
}

static bool does_system_speak_korean(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    /* The first one that is set to something counts. */
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        const char *value = getenv(variables[i]);
        if (value != NULL && value[0] != '\0')
            return strncmp(value, "ko", 2) == 0;
    }
    return false;
}

int main(int argc, char *argv[])
{
    shell_options shell;

    read_shell_options(argc, argv, &shell);
    if (shell.language == NULL)
        speaks_korean = does_system_speak_korean();
    if (reads_lines(&shell))
        choose_inputs(shell.script);
    return run_shell(&shell);
}
