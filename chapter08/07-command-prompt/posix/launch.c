/*
 * launch.c - finds one program, starts it with its words and its streams, and waits for its end.
 *
 * Shows   fork, dup2 and execv; O_CLOEXEC, so that a program gets its three streams and no other descriptor; waitpid.
 * With    pipeline.c, start.c, command_shell.c
 * Win32   launch.c
 */
#include "launch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int program_input = STDIN_FILENO;

static bool is_executable(const char *path)
{
    struct stat file;

    return stat(path, &file) == 0 && S_ISREG(file.st_mode) && access(path, X_OK) == 0;
}

char *find_program(const char *name)
{
    const char *search = getenv("PATH");
    char *path = strchr(name, '/') == NULL && name[0] != '\0' ? partner_path(name) : strdup(name);

    if (strchr(name, '/') != NULL || name[0] == '\0')
        search = NULL;
    while (path != NULL && !is_executable(path)) {
        free(path);
        path = NULL;
        if (search == NULL || *search == '\0')
            break;
        size_t bytes = strcspn(search, ":");
        if (asprintf(&path, "%.*s/%s", bytes > 0 ? (int)bytes : 1, bytes > 0 ? search : ".", name) < 0)
            die_error("asprintf");
        search += bytes + (search[bytes] == ':');
    }
    if (path == NULL)
        report(SAY("'%s' is not a program that can be run.", "'%s'은(는) 실행할 수 있는 프로그램이 아닙니다."), name);
    return path;
}

bool start_program(const char *path, const command *program, int input, int output, bool is_background,
                   running_program *started)
{
    pid_t process = fork();

    if (process < 0) {
        report_error("fork");
        return false;
    }
    if (process > 0) {
        started->process = process;
        started->id = (unsigned long)process;
        return true;
    }

    /* The copies stay open through exec; the originals, and all other descriptors, are closed there by O_CLOEXEC. */
    if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0)
        die_error("dup2");
    /* A program in a process group of its own does not get the Ctrl+C that is meant for another one. */
    if (is_background && setpgid(0, 0) < 0)
        die_error("setpgid");
    if (signal(SIGINT, SIG_DFL) == SIG_ERR)
        die_error("signal(SIGINT)");
    if (path == NULL)
        exit((int)program->run_builtin((int)program->word_count, program->words));
    execv(path, program->words);
    report_error("execv(%s)", path);
    _exit(STATUS_FAILED);
}

unsigned long wait_for_program(running_program *program)
{
    int status;

    while (waitpid(program->process, &status, 0) < 0) {
        if (errno != EINTR) {
            report_error("waitpid(%lu)", program->id);
            return STATUS_FAILED;
        }
    }
    /* Shells give 128 and the number of the signal that ended it. */
    return WIFEXITED(status) ? (unsigned long)WEXITSTATUS(status) : 128UL + (unsigned long)WTERMSIG(status);
}

bool has_ended(const running_program *program)
{
    siginfo_t end = {.si_pid = 0};

    /* WNOWAIT leaves its status for wait_for_program to take. */
    return waitid(P_PID, (id_t)program->process, &end, WEXITED | WNOHANG | WNOWAIT) == 0 && end.si_pid != 0;
}
