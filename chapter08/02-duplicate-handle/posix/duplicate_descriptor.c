/*
 * duplicate_descriptor.c - one open file, several descriptors, in one process and in two.
 *
 * Shows   dup; sendmsg and recvmsg with SCM_RIGHTS, which put a descriptor into another process; a descriptor that may
 *         only read.
 * Run     duplicate_descriptor
 * Win32   DuplicateRules.c
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "companion.h"

/* Room for one descriptor beside a message, with the alignment of cmsghdr. */
union control {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int))];
};

/* Sends a descriptor. At least one byte of ordinary data must go with it. */
static void send_descriptor(int socket, int descriptor)
{
    union control control = {0};
    struct iovec byte = {.iov_base = "d", .iov_len = 1};
    struct msghdr message = {
        .msg_iov = &byte, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)};

    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(rights), &descriptor, sizeof(int));
    if (sendmsg(socket, &message, MSG_NOSIGNAL) < 0)
        die_error("sendmsg");
}

static int receive_descriptor(int socket)
{
    union control control;
    char byte;
    struct iovec room = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {
        .msg_iov = &room, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)};
    int descriptor;

    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) < 0)
        die_error("recvmsg");
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    if (rights == NULL || rights->cmsg_level != SOL_SOCKET || rights->cmsg_type != SCM_RIGHTS ||
        rights->cmsg_len != CMSG_LEN(sizeof(int))) {
        report("no descriptor came with the message");
        exit(STATUS_FAILED);
    }
    memcpy(&descriptor, CMSG_DATA(rights), sizeof(int));
    return descriptor;
}

static void write_text(int descriptor, const char *text)
{
    if (write(descriptor, text, strlen(text)) < 0)
        die_error("write(%d)", descriptor);
}

static long position(int descriptor)
{
    return (long)lseek(descriptor, 0, SEEK_CUR);
}

int main(int argc, char *argv[])
{
    const option_spec options[] = {OPTIONS_END};
    char path[64];
    int ends[2], status;

    companion_init(argv[0]);
    parse_options(argc, argv, "Duplicates a descriptor here and into a child.", NULL, options);

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        die_error("socketpair");
    /* fork comes before the file is opened: the child gets the descriptor by SCM_RIGHTS, and not from fork. */
    pid_t child = fork();
    if (child < 0)
        die_error("fork");
    if (child == 0) {
        close(ends[0]);
        int received = receive_descriptor(ends[1]);
        print("child: received a descriptor; the position is %ld\n", position(received));
        write_text(received, " and the child");
        return 0;
    }
    close(ends[1]);

    int file = memfd_create("shared", MFD_CLOEXEC); /* a file in memory, without a path */
    int duplicate = file < 0 ? -1 : dup(file);
    if (duplicate < 0)
        die_error("dup(%d)", file);
    write_text(file, "the parent");
    print("written through the descriptor; the duplicate's position is %ld\n", position(duplicate));

    send_descriptor(ends[0], duplicate);
    if (waitpid(child, &status, 0) < 0)
        die_error("waitpid(%d)", (int)child);
    print("the child has written; the position here is %ld\n", position(file));

    /* dup gives the same rights. For fewer, open the file again: that makes an open file with a position of its own. */
    format_text(path, sizeof(path), "/proc/self/fd/%d", file);
    int reader = open(path, O_RDONLY | O_CLOEXEC);
    if (reader < 0)
        die_error("open(%s)", path);
    print("opened again to read only; the position there is %ld\n", position(reader));
    if (write(reader, "x", 1) < 0)
        print("written through that one: error %d\n", errno);

    close(reader);
    close(duplicate);
    close(file);
    return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_FAILED;
}
