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

    if (strchr(name, '/') != NULL)
        die_usage("--name: a name has no slash");
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

static const char *kind_name(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return "a plain file";
    case S_IFDIR:
        return "a folder";
    case S_IFLNK:
        return "a link";
    case S_IFIFO:
        return "a FIFO";
    case S_IFSOCK:
        return "a socket";
    default:
        return "a device";
    }
}

bool is_ours(const char *path, mode_t kind)
{
    struct stat status;

    if (lstat(path, &status) < 0) {
        if (errno != ENOENT)
            die_error("lstat(%s)", path);
        return false;
    }
    if ((status.st_mode & S_IFMT) == kind && status.st_uid == geteuid())
        return true;
    if ((status.st_mode & S_IFMT) == kind)
        report("%s is %s of another user (%lu)", path, kind_name(kind), (unsigned long)status.st_uid);
    else
        report("%s is %s, not %s", path, kind_name(status.st_mode), kind_name(kind));
    report("hint: choose another --name, or move it away");
    exit(STATUS_FAILED);
}
