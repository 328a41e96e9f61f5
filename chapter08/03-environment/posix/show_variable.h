/*
 * show_variable.h - what env_parent.c and env_child.c share.
 */
#ifndef SHOW_VARIABLE_H
#define SHOW_VARIABLE_H

#include <stdlib.h>
#include <string.h>

#include "companion.h"

/* Prints a variable of this process, "[Good = Morning]", or that there is none of that name. */
static inline void show_variable(const char *name)
{
    /* A pointer into the environment itself: of any length, NULL for a missing one, and not to be written to. */
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

#endif
