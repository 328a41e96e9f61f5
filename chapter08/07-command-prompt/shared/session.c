/*
 * session.c - what all parts of the shell know of each other.
 *
 * Shows   State that several parts share stands below them all, so that no part needs one that is above it.
 * With    CommandShell.c, command_shell.c
 */
#include "shell.h"

bool speaks_korean, is_ending;
unsigned long last_status;
volatile sig_atomic_t is_busy;
