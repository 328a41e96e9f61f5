/*
 * stream_service.c - the file protocol over a stream of bytes on POSIX: FIFOs, Unix sockets, TCP.
 *
 * Shows   A stream has no messages: a request ends with a line feed, and a read may give any part of it. poll sets a
 *         time limit for each step.
 * With    stream_visit.c, file_reply.c, file_receipt.c
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stream_service.h"

void unblock(int descriptor)
{
    if (fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) < 0)
        die_error("fcntl(%d, F_SETFL)", descriptor);
}

bool wait_for(int descriptor, short event, int timeout)
{
    struct pollfd waiting = {.fd = descriptor, .events = event};
    int ready;

    while ((ready = poll(&waiting, 1, timeout)) < 0 && errno == EINTR)
        continue;
    return ready > 0;
}

ssize_t read_request(int descriptor, char *line, size_t room, int patience)
{
    /* Byte by byte: what follows the line is not ours to take. A request is short, and its answer is not. */
    for (size_t length = 0; length < room;) {
        ssize_t bytes = read(descriptor, line + length, 1);
        if (bytes == 1 && line[length] == '\n')
            return (ssize_t)length;
        if (bytes == 1)
            length++;
        else if (bytes == 0 || (errno != EAGAIN && errno != EINTR) || !wait_for(descriptor, POLLIN, patience))
            return -1;
    }
    return (ssize_t)room;
}

bool send_reply(int descriptor, file_reply *reply, int patience)
{
    do {
        for (size_t sent = 0; sent < reply->bytes;) {
            ssize_t bytes = write(descriptor, reply->data + sent, reply->bytes - sent);
            if (bytes > 0)
                sent += (size_t)bytes;
            else if ((errno != EAGAIN && errno != EINTR) || !wait_for(descriptor, POLLOUT, patience))
                return false;
        }
    } while (next_chunk(reply));
    return true;
}

int fetch_answer(int descriptor, const char *output)
{
    static char data[CHUNK_BYTES];
    file_receipt receipt;
    ssize_t bytes;

    begin_receipt(&receipt, output);
    while ((bytes = read(descriptor, data, sizeof(data))) != 0) {
        if (bytes < 0 && errno == EINTR)
            continue;
        if (bytes < 0 && errno == EAGAIN)
            report("nothing came for too long"); /* where the descriptor has a limit, as SO_RCVTIMEO sets */
        else if (bytes < 0)
            report_error("read");
        if (bytes < 0)
            break;
        if (!receive(&receipt, data, (size_t)bytes))
            break;
    }
    return end_receipt(&receipt);
}

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
