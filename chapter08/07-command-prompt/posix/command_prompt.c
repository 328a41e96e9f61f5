/*
 * command_prompt.c - the command prompt project, on POSIX.
 *
 * Shows   What a prompt asks of the system beside starting programs: whose language it speaks, and what Ctrl+C ends.
 * Run     command_prompt [-c COMMAND] [--language ko|en] [FILE]
 * With    prompt.c, builtins.c, history.c, jobs.c, messages.c, parser.c, tokenizer.c;
 *         launch_posix.c, pipeline_posix.c
 * Win32   CommandPrmpt_Ex.c
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pipeline_posix.h"

static int input = STDIN_FILENO;

int program_input(void)
{
    return input;
}

bool read_commands_from(const char *file)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        report_error("open(%s)", file);
        return false;
    }
    input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    if (input < 0 || dup2(fd, STDIN_FILENO) < 0)
        die_error("dup2(%s)", file);
    close(fd);
    return true;
}

void read_commands_from_input(void)
{
    /* Not all of a script would be left for a program that reads it, too: the prompt reads ahead. */
    if (!isatty(STDIN_FILENO))
        input = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void ignore_ctrl_c(int signal_number)
{
    static const char text[] = "\n" PROMPT_TEXT;

    (void)signal_number;
    /* Where even the terminal takes no more, there is nobody to tell. */
    if (!is_busy && write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
        return;
}

void survive_ctrl_c(void)
{
    /* A function, not SIG_IGN: that one would stay in force in the programs that are started. */
    const struct sigaction action = {.sa_handler = ignore_ctrl_c, .sa_flags = SA_RESTART};

    if (isatty(STDIN_FILENO) && sigaction(SIGINT, &action, NULL) < 0)
        die_error("sigaction(SIGINT)");
}

bool does_system_speak_korean(void)
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

unsigned long change_directory(const char *directory)
{
    if (directory != NULL) {
        if (chdir(directory) == 0)
            return 0;
        report_error("chdir(%s)", directory);
        return STATUS_FAILED;
    }

    char *here = getcwd(NULL, 0);
    if (here == NULL) {
        report_error("getcwd");
        return STATUS_FAILED;
    }
    print("%s\n", here);
    free(here);
    return 0;
}

unsigned long start_prompt(char *const words[])
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

    /* There is no call for a new window, since windows are not the system's: so it runs here, and this one waits. */
    running_program prompt = {0, 0, program_name()};
    bool is_started = start_program(path, arguments, input, STDOUT_FILENO, false, &prompt);
    unsigned long status = is_started ? wait_for_program(&prompt) : STATUS_FAILED;
    free(arguments);
    free(path);
    return status;
}

int main(int argc, char *argv[])
{
    return run_prompt(argc, argv);
}
