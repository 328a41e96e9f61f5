/* write.c - bytes to a stream, all of them. */
#include <errno.h>
#include <unistd.h>

#include "internal.h"

bool write_all(int fd, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t written = write(fd, bytes, count);

        if (written < 0) {
            if (errno == EINTR)
                continue;
            return false;
        }
        bytes += written;
        count -= (size_t)written;
    }
    return true;
}
