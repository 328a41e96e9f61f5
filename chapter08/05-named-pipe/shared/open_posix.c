/*
 * open_posix.c - opens a file directly inside the served folder, on POSIX.
 *
 * Shows   openat on the folder's own descriptor with O_NOFOLLOW: no link leads out. O_NONBLOCK: the open of a FIFO does
 *         not wait. fstat on what has been opened, never stat on a name before.
 * With    file_reply.c
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_service.h"

static int root = -1;

void serve_folder(const char *folder)
{
    /* A server is not there for its log. */
    go_on_when_output_is_full();
    root = openat(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0 && errno == ENOTDIR)
        die_usage("--root: %s is not a folder", folder);
    if (root < 0)
        die_error("openat(%s)", folder);
}

void open_served_file(file_reply *reply, const char *name, size_t bytes)
{
    struct stat status;

    reply->name = strndup(name, bytes);
    if (reply->name == NULL) {
        reply->refusal = "the file cannot be opened";
        return;
    }
    reply->file = openat(root, reply->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (reply->file < 0) {
        bool is_short = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
        reply->refusal = errno == ENOENT  ? "there is no such file"
                         : errno == ELOOP ? "that file lies elsewhere"
                         : is_short       ? "the server is short of descriptors or memory; ask again later"
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
