/*
 * launch_posix.c - finds one program, starts it with its words and its streams, and sees its end.
 *
 * Shows   fork, dup2 and exec; O_CLOEXEC, so that a program gets its three streams and no other descriptor; waitpid.
 * With    pipeline_posix.c, command_prompt.c
 * Win32   launch_win32.c
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pipeline_posix.h"

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
        report(SAY("'%s' is not a program that can be run.", "'%s'는 실행할 수 있는 프로그램이 아닙니다."), name);
    return path;
}

bool start_program(const char *path, char *words[], int input, int output, bool is_background, running_program *program)
{
    int count = 0;
    pid_t process = fork();

    if (process < 0) {
        report_error("fork");
        return false;
    }
    if (process > 0) {
        program->process = process;
        program->id = (unsigned long)process;
        return true;
    }

    /* The copies stay open through exec; the originals, and all other descriptors, are closed there by O_CLOEXEC. */
    if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0)
        die_error("dup2");
    /* In a group of its own it does not hear the Ctrl+C that is meant for what runs in front. */
    if (is_background && setpgid(0, 0) < 0)
        die_error("setpgid");
    signal(SIGINT, SIG_DFL);
    if (path == NULL) {
        while (words[count] != NULL)
            count++;
        exit((int)run_builtin(count, words));
    }
    execv(path, words);
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
    /* As shells have it: 128 and the signal that ended it. */
    return WIFEXITED(status) ? (unsigned long)WEXITSTATUS(status) : 128UL + (unsigned long)WTERMSIG(status);
}

bool has_ended(const running_program *program)
{
    siginfo_t end = {.si_pid = 0};

    /* WNOWAIT: its status is for wait_for_program to take. */
    return waitid(P_PID, (id_t)program->process, &end, WEXITED | WNOHANG | WNOWAIT) == 0 && end.si_pid != 0;
}
