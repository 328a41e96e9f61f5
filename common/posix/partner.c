/* partner.c - where another example is found. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "companion.h"

char *partner_path(const char *program)
{
    char self[PATH_MAX];
    ssize_t bytes = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (bytes < 0)
        die_error("readlink(/proc/self/exe)");
    self[bytes] = '\0';
    strrchr(self, '/')[1] = '\0';

    size_t path_bytes = strlen(self) + strlen(program) + 1;
    char *path = malloc(path_bytes);
    if (path == NULL)
        die_error("malloc");
    format_text(path, path_bytes, "%s%s", self, program);
    return path;
}
