/*
 * env_child.c - a child that looks at the environment it was given.
 *
 * Shows   getenv, environ, and that setenv changes a process's own copy alone.
 * Run     env_child [--change] [NAME...]
 * With    env_parent.c, which starts it
 * Win32   EnvChild.c
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "companion.h"
#include "show_variable.h"

int main(int argc, char *argv[])
{
    bool is_change = false;

    const option_spec options[] = {
        OPTION_FLAG("--change", &is_change, "then change each of them, in this process"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int names = parse_options(argc, argv, "Prints the environment variables of these names; without one, all.",
                              "[NAME...]", options);
    for (int i = 1; i <= names; i++) {
        if (argv[i][0] == '\0' || strchr(argv[i], '=') != NULL)
            die_usage("'%s': a variable's name has at least one character, and no '='", argv[i]);
    }

    for (char **pair = environ; names == 0 && *pair != NULL; pair++)
        print("%s\n", printable(*pair));
    for (int i = 1; i <= names; i++)
        show_variable(argv[i]);

    for (int i = 1; is_change && i <= names; i++) {
        if (setenv(argv[i], "changed", 1) < 0)
            die_error("setenv(%s)", argv[i]);
        show_variable(argv[i]);
    }
    return 0;
}
