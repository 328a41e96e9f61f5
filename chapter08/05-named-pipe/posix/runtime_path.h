/*
 * runtime_path.h - where FIFOs and Unix sockets lie: their names are files, which Windows' pipes have no need of.
 */
#ifndef RUNTIME_PATH_H
#define RUNTIME_PATH_H

#include <stdbool.h>
#include <sys/types.h>

/* The path of NAME.ENDING in a folder that nobody else may enter; the caller frees it. Ends the program without one. */
char *runtime_path(const char *name, const char *ending);

/*
 * Whether under `path` lies what a program of this user can have made: of that kind (S_IFIFO or S_IFSOCK). False:
 * nothing lies there. Anything else is not ours to use or to remove: the program says what it is, and ends.
 */
bool is_ours(const char *path, mode_t kind);

#endif
