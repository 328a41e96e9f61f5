/*
 * env_parent.c - hands environment variables to a child.
 *
 * Shows   setenv; posix_spawn with the parent's environment, and with an array made for the child.
 * Run     env_parent [--block] [--all] [--change] [NAME=VALUE...]
 * With    env_child.c, which it starts
 * Win32   EnvParent.c
 */
#include <errno.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "companion.h"
#include "show_variable.h"

static void *allocate(size_t bytes)
{
    void *memory = calloc(1, bytes);
    if (memory == NULL)
        die_error("calloc");
    return memory;
}

static void check_pairs(int count, char *const pairs[])
{
    for (int i = 0; i < count; i++) {
        if (strchr(pairs[i], '=') == NULL)
            die_usage("'%s': the value is missing, as in NAME=VALUE", pairs[i]);
        if (pairs[i][0] == '=')
            die_usage("'%s': a variable's name has at least one character, and no '='", pairs[i]);
    }
}

static bool is_same_name(const char *left, const char *right)
{
    size_t bytes = strcspn(left, "=");
    return strcspn(right, "=") == bytes && memcmp(left, right, bytes) == 0;
}

/*
 * The array for a child with these variables alone, of which the last one of a name counts. The lane is what the
 * stage needs (common/README.md).
 */
static char **make_environment(int count, char *const pairs[])
{
    char **environment = allocate(((size_t)count + 2) * sizeof(*environment));
    int used = 0;

    for (char **pair = environ; *pair != NULL; pair++) {
        if (is_same_name(*pair, "COMPANION_LANE"))
            environment[used++] = *pair;
    }
    for (int i = 0; i < count; i++) {
        int place = 0;
        while (place < used && !is_same_name(environment[place], pairs[i]))
            place++;
        environment[place] = pairs[i];
        if (place == used)
            used++;
    }
    return environment;
}

static int run_child(char **arguments, char **environment)
{
    char *program = partner_path("env_child");
    pid_t child;
    int status;

    /* posix_spawn gives the error number and leaves errno alone. */
    errno = posix_spawn(&child, program, NULL, NULL, arguments, environment);
    if (errno != 0)
        die_error("posix_spawn(%s)", program);
    free(program);
    if (waitpid(child, &status, 0) < 0)
        die_error("waitpid(%d)", (int)child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char *argv[])
{
    char good_morning[] = "Good=Morning";
    char *usual[] = {good_morning};
    bool is_block = false, is_all = false, is_change = false;

    const option_spec options[] = {
        OPTION_FLAG("--block", &is_block, "give the child an environment of its own; set nothing in this process"),
        OPTION_FLAG("--all", &is_all, "have the child print its whole environment"),
        OPTION_FLAG("--change", &is_change, "have the child change its variables, too"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int count = parse_options(argc, argv, "Hands variables (Good=Morning) to env_child, which prints them.",
                              "[NAME=VALUE...]", options);
    char **pairs = count == 0 ? usual : argv + 1;
    if (count == 0)
        count = 1;
    check_pairs(count, pairs);

    char **environment = is_block ? make_environment(count, pairs) : NULL;
    char **arguments = allocate(((size_t)count + 4) * sizeof(*arguments));
    int used = 0;
    arguments[used++] = "env_child";
    if (is_change)
        arguments[used++] = "--change";
    arguments[used++] = "--";
    char **names = allocate((size_t)count * sizeof(*names));
    for (int i = 0; i < count; i++) {
        names[i] = strndup(pairs[i], strcspn(pairs[i], "="));
        if (names[i] == NULL)
            die_error("strndup");
        if (!is_block && setenv(names[i], pairs[i] + strlen(names[i]) + 1, 1) < 0)
            die_error("setenv(%s)", names[i]);
        if (!is_all)
            arguments[used++] = names[i];
    }

    /* A child without an array of its own gets this process's environment as it is now. */
    int status = run_child(arguments, is_block ? environment : environ);
    print("env_child has ended with %d; here:\n", status);
    for (int i = 0; i < count; i++) {
        show_variable(names[i]);
        free(names[i]);
    }
    free(names);
    free(arguments);
    free(environment);
    return status == 0 ? 0 : STATUS_FAILED;
}
