/*
 * runtime_path.h - where FIFOs and Unix sockets lie: their names are files, which Windows' pipes have no need of.
 */
#ifndef RUNTIME_PATH_H
#define RUNTIME_PATH_H

/* The path of NAME.ENDING in a folder that nobody else may enter; the caller frees it. Ends the program without one. */
char *runtime_path(const char *name, const char *ending);

#endif
