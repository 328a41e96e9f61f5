/* partner.c - where another example is found. */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

char *partner_path(const char *program)
{
    char self[PATH_MAX];
    ssize_t bytes = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (bytes < 0)
        die_error("readlink(/proc/self/exe)");
    self[bytes] = '\0';
    strrchr(self, '/')[1] = '\0';

    size_t path_bytes = strlen(self) + strlen(program) + 1;
    char *path = allocate(path_bytes);
    format_text(path, path_bytes, "%s%s", self, program);
    return path;
}
