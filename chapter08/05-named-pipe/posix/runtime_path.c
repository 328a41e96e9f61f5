/*
 * runtime_path.c - where FIFOs and Unix sockets lie: in a folder of this user alone.
 *
 * Shows   $XDG_RUNTIME_DIR, and a folder in /tmp where there is none; lstat, since somebody else may have made it.
 * With    named_pipe_server.c, named_pipe_client.c, unix_socket_server.c, unix_socket_client.c
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "companion.h"
#include "runtime_path.h"

char *runtime_path(const char *name, const char *ending)
{
    const char *folder = getenv("XDG_RUNTIME_DIR");
    char own_folder[64];
    struct stat status;
    char *path;

    if (name[0] == '\0' || strchr(name, '/') != NULL)
        die_usage("--name: a name is not empty and has no slash");
    if (folder == NULL || folder[0] != '/') {
        format_text(own_folder, sizeof(own_folder), "/tmp/companion-%lu", (unsigned long)geteuid());
        folder = own_folder;
        if (mkdir(folder, 0700) < 0 && errno != EEXIST)
            die_error("mkdir(%s)", folder);
    }
    /* Somebody else may have made it first, to see who comes. */
    if (lstat(folder, &status) < 0)
        die_error("lstat(%s)", folder);
    if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 0077) != 0) {
        report("%s is not a folder of yours alone", folder);
        exit(STATUS_FAILED);
    }
    if (asprintf(&path, "%s/%s.%s", folder, name, ending) < 0)
        die_error("asprintf");
    return path;
}
