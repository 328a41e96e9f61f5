/*
 * directory.c - goes to another directory, or shows the current one.
 *
 * Shows   chdir changes the directory of the process that calls it, and of no other.
 * With    builtins.c
 * Win32   directory.c
 */
#include <stdlib.h>
#include <unistd.h>

#include "../shared/shell.h"

unsigned long change_directory(const char *directory)
{
    if (directory != NULL) {
        if (chdir(directory) == 0)
            return 0;
        report_error("chdir(%s)", directory);
        return STATUS_FAILED;
    }

    /* Without a buffer it makes one that is large enough. */
    char *current = getcwd(NULL, 0);
    if (current == NULL) {
        report_error("getcwd");
        return STATUS_FAILED;
    }
    print("%s\n", current);
    free(current);
    return 0;
}
