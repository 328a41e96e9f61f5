/* ipc_posix_fd.c - pipes, FIFOs and sockets: what read and write take. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipc_posix.h"

static int read_fd, write_fd, listener;
/* pipes[0] leads to the child, pipes[1] back. */
static int pipes[2][2];

void send_fd(const char *message, size_t size)
{
    while (size > 0) {
        ssize_t bytes = write(write_fd, message, size);
        check(bytes > 0, "write");
        message += bytes;
        size -= (size_t)bytes;
    }
}

void receive_fd(char *message, size_t size)
{
    while (size > 0) {
        ssize_t bytes = read(read_fd, message, size);
        if (bytes == 0)
            errno = EPIPE;
        check(bytes > 0, "read");
        message += bytes;
        size -= (size_t)bytes;
    }
}

/* ---- pipes ---- */

void create_pipes(char address[ADDRESS_CHARS], size_t size)
{
    (void)size;
    address[0] = '\0';
    check(pipe(pipes[0]) == 0 && pipe(pipes[1]) == 0, "pipe");
}

/* After the fork both have all four ends. With the other's ends open here too, a read would not end with the other. */
void open_pipes(const char *address, size_t size, bool is_child)
{
    (void)address, (void)size;
    read_fd = pipes[is_child ? 0 : 1][0];
    write_fd = pipes[is_child ? 1 : 0][1];
    close(pipes[is_child ? 1 : 0][0]);
    close(pipes[is_child ? 0 : 1][1]);
}

/* ---- FIFOs ---- */

static void name_fifo(char path[ADDRESS_CHARS], const char *address, bool is_down)
{
    format_text(path, ADDRESS_CHARS, "%s-%s", address, is_down ? "down" : "up");
}

void create_fifos(char address[ADDRESS_CHARS], size_t size)
{
    char path[ADDRESS_CHARS];

    (void)size;
    make_address(address, "/tmp/");
    for (int is_down = 0; is_down <= 1; is_down++) {
        name_fifo(path, address, is_down);
        check(mkfifo(path, 0600) == 0, "mkfifo");
    }
}

/* Each open waits until the other side has opened the FIFO too; so both open them in the same order. */
void open_fifos(const char *address, size_t size, bool is_child)
{
    char path[ADDRESS_CHARS];

    (void)size;
    for (int is_down = 0; is_down <= 1; is_down++) {
        bool is_writer = (bool)is_down != is_child;
        name_fifo(path, address, is_down);
        int fd = open(path, is_writer ? O_WRONLY : O_RDONLY);
        check(fd >= 0, "open");
        *(is_writer ? &write_fd : &read_fd) = fd;
    }
}

void remove_fifos(const char *address)
{
    char path[ADDRESS_CHARS];

    for (int is_down = 0; is_down <= 1; is_down++) {
        name_fifo(path, address, is_down);
        check(unlink(path) == 0, "unlink");
    }
}

/* ---- sockets: a pair in the Unix domain; TCP on the loopback interface ---- */

void create_unix_sockets(char address[ADDRESS_CHARS], size_t size)
{
    (void)size;
    address[0] = '\0';
    check(socketpair(AF_UNIX, SOCK_STREAM, 0, pipes[0]) == 0, "socketpair");
}

void open_unix_sockets(const char *address, size_t size, bool is_child)
{
    (void)address, (void)size;
    read_fd = write_fd = pipes[0][is_child];
    close(pipes[0][!is_child]);
}

void create_tcp(char address[ADDRESS_CHARS], size_t size)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t own_bytes = sizeof(own);

    (void)size;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    check(listener >= 0, "socket");
    check(bind(listener, (struct sockaddr *)&own, sizeof(own)) == 0, "bind");
    check(getsockname(listener, (struct sockaddr *)&own, &own_bytes) == 0, "getsockname");
    check(listen(listener, 1) == 0, "listen");
    format_text(address, ADDRESS_CHARS, "%d", ntohs(own.sin_port));
}

void open_tcp(const char *address, size_t size, bool is_child)
{
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    unsigned long port = 0;
    /* Otherwise TCP holds a small message back until the one before it is acknowledged. */
    int is_immediate = 1;

    (void)size;
    if (is_child) {
        check(parse_number(address, 1, 65535, &port), "parse_number");
        server.sin_port = htons((uint16_t)port);
        read_fd = socket(AF_INET, SOCK_STREAM, 0);
        check(read_fd >= 0, "socket");
        check(connect(read_fd, (struct sockaddr *)&server, sizeof(server)) == 0, "connect");
    } else {
        read_fd = accept(listener, NULL, NULL);
        check(read_fd >= 0, "accept");
    }
    check(setsockopt(read_fd, IPPROTO_TCP, TCP_NODELAY, &is_immediate, sizeof(is_immediate)) == 0, "setsockopt");
    write_fd = read_fd;
}
