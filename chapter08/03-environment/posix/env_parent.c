/*
 * env_parent.c - hands environment variables to a child.
 *
 * Shows   setenv; posix_spawn with environ gives the child a copy of the parent's environment.
 * Run     env_parent [--all] [--change] [NAME=VALUE...]
 * With    env_child.c, which it starts; env_block.c, which gives the child an environment of its own
 * Win32   EnvParent.c
 */
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "companion.h"

int main(int argc, char *argv[])
{
    char good_morning[] = "Good=Morning";
    char *usual[] = {good_morning};
    bool shows_all = false, changes_values = false;
    pid_t pid;
    int status;

    const option_spec options[] = {
        OPTION_FLAG("--all", &shows_all, "have the child print its whole environment"),
        OPTION_FLAG("--change", &changes_values, "have the child change its variables, too"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int count = parse_options(argc, argv, "Hands variables (Good=Morning) to env_child, which prints them.",
                              "[NAME=VALUE...]", options);
    char **pairs = count == 0 ? usual : argv + 1;
    if (count == 0)
        count = 1;
    for (int i = 0; i < count; i++) {
        if (strchr(pairs[i], '=') == NULL)
            die_usage("'%s': the value is missing, as in NAME=VALUE", pairs[i]);
        if (pairs[i][0] == '=')
            die_usage("'%s': a variable's name has at least one character, and no '='", pairs[i]);
    }

    char **arguments = calloc((size_t)count + 4, sizeof(*arguments));
    if (arguments == NULL)
        die_error("calloc");
    int used = 0;
    arguments[used++] = "env_child";
    if (changes_values)
        arguments[used++] = "--change";
    arguments[used++] = "--";
    for (int i = 0; i < count; i++) {
        char *name = pairs[i], *equals = strchr(name, '=');
        *equals = '\0';

        if (setenv(name, equals + 1, 1) < 0)
            die_error("setenv(%s)", name);
        if (!shows_all)
            arguments[used++] = name;
    }

    /* environ: the child gets a copy of this process's environment as it is now. */
    char *program = partner_path("env_child");
    errno = posix_spawn(&pid, program, NULL, NULL, arguments, environ);
    if (errno != 0)
        die_error("posix_spawn(%s)", program);
    free(program);
    free(arguments);

    if (waitpid(pid, &status, 0) < 0)
        die_error("waitpid(%d)", (int)pid);
    int exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    print("env_child has ended with %d; here:\n", exit_status);

    for (int i = 0; i < count; i++) {
        /* What getenv gives belongs to the environment, so a copy is made printable. */
        const char *value = getenv(pairs[i]);
        char *shown = value == NULL ? NULL : strdup(value);
        if (shown == NULL)
            die_error("getenv(%s)", pairs[i]);
        print("[%s = %s]%s\n", pairs[i], printable(shown), shown[0] == '\0' ? " is set, and empty" : "");
        free(shown);
    }
    return exit_status == 0 ? 0 : STATUS_FAILED;
}
