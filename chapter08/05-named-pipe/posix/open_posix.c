/*
 * open_posix.c - opens a file directly inside the served folder, on POSIX.
 *
 * Shows   openat on the folder's own descriptor with O_NOFOLLOW: no link leads out. O_NONBLOCK: a FIFO does not hold
 *         us up. fstat on what has been opened, never stat on a name before.
 * With    file_reply.c
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../shared/file_service.h"

static int root = -1;

void serve_folder(const char *folder)
{
    root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0 && errno == ENOTDIR)
        die_usage("--root: %s is not a folder", folder);
    if (root < 0)
        die_error("open(%s)", folder);
}

void open_file(file_reply *reply, const char *name, size_t bytes)
{
    struct stat status;

    reply->name = strndup(name, bytes);
    if (reply->name == NULL) {
        reply->refusal = "the file cannot be opened";
        return;
    }
    reply->file = openat(root, reply->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (reply->file < 0) {
        reply->refusal = errno == ENOENT  ? "there is no such file"
                         : errno == ELOOP ? "that file lies elsewhere"
                                          : "the file cannot be opened";
        return;
    }
    reply->has_file = true;
    if (fstat(reply->file, &status) < 0)
        reply->refusal = "the file cannot be opened";
    else if (!S_ISREG(status.st_mode))
        reply->refusal = "that is not a plain file";
    else
        reply->size = (unsigned long long)status.st_size;
}

size_t read_file(file_handle file, char *data, size_t bytes)
{
    ssize_t bytes_read = read(file, data, bytes);

    return bytes_read < 0 ? 0 : (size_t)bytes_read;
}

void close_file(file_handle file)
{
    close(file);
}
