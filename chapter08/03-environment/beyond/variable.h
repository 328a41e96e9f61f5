/*
 * variable.h - what EnvParent.c and EnvChild.c share.
 */
#ifndef VARIABLE_H
#define VARIABLE_H

#include "companion.h"

/* Prints a variable of this process, "[Good = Morning]", or that there is none of that name. */
void show_variable(const TCHAR *name);

/*
 * An environment block for CreateProcess: the `count` strings "NAME=VALUE" of `pairs`, of which the last one of a
 * name counts, and what every program needs. Sorted and double-terminated. The caller frees it.
 */
TCHAR *environment_block(int count, TCHAR *const pairs[]);

#endif
