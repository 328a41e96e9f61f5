/*
 * env_block.c - starts a child with an environment that was made for it alone.
 *
 * Shows   posix_spawn with an array of NAME=VALUE strings.
 * Run     env_block [--all] [NAME=VALUE...]
 * With    env_child.c, which it starts; env_parent.c, whose child gets all of its parent's variables
 * Win32   EnvBlock.c
 */
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "companion.h"

static bool has_same_name(const char *left, const char *right)
{
    size_t bytes = strcspn(left, "=");
    return strcspn(right, "=") == bytes && memcmp(left, right, bytes) == 0;
}

/*
 * The child's environment: these variables alone, the last one where a name comes twice, and COMPANION_LANE, by which
 * `lesson run` knows the child (common/README.md).
 */
static char **make_environment(int count, char *const pairs[])
{
    char **environment = calloc((size_t)count + 2, sizeof(*environment));
    int used = 0;
    if (environment == NULL)
        die_error("calloc");

    for (char **pair = environ; *pair != NULL; pair++) {
        if (has_same_name(*pair, "COMPANION_LANE"))
            environment[used++] = *pair;
    }
    for (int i = 0; i < count; i++) {
        int place = 0;
        while (place < used && !has_same_name(environment[place], pairs[i]))
            place++;
        environment[place] = pairs[i];
        if (place == used)
            used++;
    }
    return environment;
}

int main(int argc, char *argv[])
{
    char good_morning[] = "Good=Morning";
    char *usual[] = {good_morning};
    bool shows_all = false;
    pid_t pid;
    int status;

    const option_spec options[] = {
        OPTION_FLAG("--all", &shows_all, "have the child print its whole environment"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int count = parse_options(argc, argv, "Starts env_child with these variables (Good=Morning) alone.",
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

    /* The child's arguments; with --all the first of them alone. */
    char **arguments = calloc((size_t)count + 3, sizeof(*arguments));
    if (arguments == NULL)
        die_error("calloc");
    char **names = arguments + 2;
    arguments[0] = "env_child";
    arguments[1] = shows_all ? NULL : "--";
    for (int i = 0; i < count; i++) {
        names[i] = strndup(pairs[i], strcspn(pairs[i], "="));
        if (names[i] == NULL)
            die_error("strndup");
    }

    char *program = partner_path("env_child");
    char **environment = make_environment(count, pairs);
    errno = posix_spawn(&pid, program, NULL, NULL, arguments, environment);
    if (errno != 0)
        die_error("posix_spawn(%s)", program);
    free(environment);
    free(program);

    if (waitpid(pid, &status, 0) < 0)
        die_error("waitpid(%d)", (int)pid);
    int exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    print("env_child has ended with %d; here:\n", exit_status);

    for (int i = 0; i < count; i++) {
        print("%s is %s\n", names[i], getenv(names[i]) == NULL ? "not set" : "set here, too");
        free(names[i]);
    }
    free(arguments);
    return exit_status == 0 ? 0 : STATUS_FAILED;
}
