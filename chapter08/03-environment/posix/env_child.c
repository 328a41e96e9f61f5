/*
 * env_child.c - a child that reads the environment it was given.
 *
 * Shows   getenv, environ; setenv changes a process's own copy alone.
 * Run     env_child [--change] [NAME...]
 * With    env_parent.c and env_block.c, which start it
 * Win32   EnvChild.c
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "companion.h"

static void show_variable(const char *name)
{
    /* A pointer into the environment itself, of any length: it is not to be written to. NULL for a missing variable. */
    const char *value = getenv(name);
    if (value == NULL) {
        print("%s is not set\n", name);
        return;
    }

    char *shown = strdup(value);
    if (shown == NULL)
        die_error("strdup");
    print("[%s = %s]%s\n", name, printable(shown), shown[0] == '\0' ? " is set, and empty" : "");
    free(shown);
}

int main(int argc, char *argv[])
{
    bool changes_values = false;

    const option_spec options[] = {
        OPTION_FLAG("--change", &changes_values, "then change each of them, in this process"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int count = parse_options(argc, argv, "Prints the environment variables of these names; without one, all.",
                              "[NAME...]", options);
    for (int i = 1; i <= count; i++) {
        if (argv[i][0] == '\0' || strchr(argv[i], '=') != NULL)
            die_usage("'%s': a variable's name has at least one character, and no '='", argv[i]);
    }

    for (char **pair = environ; count == 0 && *pair != NULL; pair++)
        print("%s\n", printable(*pair));
    for (int i = 1; i <= count; i++)
        show_variable(argv[i]);

    for (int i = 1; changes_values && i <= count; i++) {
        if (setenv(argv[i], "changed", 1) < 0)
            die_error("setenv(%s)", argv[i]);
        show_variable(argv[i]);
    }
    return 0;
}
