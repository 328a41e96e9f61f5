/*
 * internal.h - what the files of common/posix share among themselves.
 */
#ifndef COMPANION_POSIX_INTERNAL_H
#define COMPANION_POSIX_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

/* Writes all of it, in one write(2) where the system takes it so. False with errno when it takes no more. */
bool write_all(int fd, const char *bytes, size_t count);

#endif
