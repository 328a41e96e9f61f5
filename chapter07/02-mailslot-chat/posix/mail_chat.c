/*
 * mail_chat.c - one side of a conversation over two Unix datagram sockets.
 *
 * Shows   socket, bind and recv with SOCK_DGRAM: one call, one whole message, as with a mailslot. A socket is
 *         two-way, yet each side needs a name of its own, by which the other one finds it.
 * Run     mail_chat --me NAME --peer NAME
 * With    another mail_chat.c, with the two names exchanged; socket_peer.c
 * Win32   MailChat.c
 */
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "chat_socket.h"
#include "../shared/peer.h"

/*
 * Linux's abstract names, which begin with a NUL: like a mailslot's name, such a one is gone as soon as its owner is.
 * The name of a socket in the file system would stay, and have to be cleaned up.
 */
socklen_t chat_address(const char *name, struct sockaddr_un *address)
{
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    if (!format_text(address->sun_path + 1, sizeof(address->sun_path) - 1, "mail_chat/%s", name))
        die_usage("--me, --peer: a socket's whole name has less than %zu characters", sizeof(address->sun_path));
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(address->sun_path + 1));
}

/* Shows what arrives, for as long as the program runs. Any program may send to the socket. */
static void *listen_to_socket(void *argument)
{
    const int fd = (int)(intptr_t)argument;
    char message[MAIL_CHARS + 1];

    for (;;) {
        ssize_t bytes = recv(fd, message, MAIL_CHARS, 0);
        if (bytes < 0) {
            if (errno == EAGAIN)
                look_after_peer();
            else if (errno != EINTR)
                die_error("recv");
            continue;
        }

        message[bytes] = '\0';
        /* A NUL within the text would hide the rest. */
        for (ssize_t i = 0; i < bytes; i++) {
            if (message[i] == '\0')
                message[i] = '?';
        }
        hear_peer(message);
    }
}

/* Sends what is typed until "exit" or the end of the input. */
static void send_typed_text(void)
{
    const char *text;

    while ((text = read_line()) != NULL && strcmp(text, "exit") != 0) {
        if (strlen(text) > TEXT_CHARS)
            report("not sent: that line has %zu bytes, and %d is the most", strlen(text), TEXT_CHARS);
        else
            say_to_peer(text);
    }
}

int main(int argc, char *argv[])
{
    const char *me = NULL, *peer = NULL;
    const struct timeval timeout = {.tv_usec = LOOK_MS * 1000};
    struct sockaddr_un address;
    pthread_t thread;

    const option_spec options[] = {
        OPTION_TEXT("--me", "NAME", &me, "my name, and that of the socket I read"),
        OPTION_TEXT("--peer", "NAME", &peer, "the other side's name, and that of the socket I send to"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Talks to another mail_chat, line by line, until \"exit\" is typed.", NULL, options);
    if (me == NULL || peer == NULL)
        die_usage("%s NAME is missing", me == NULL ? "--me" : "--peer");
    if (strcmp(me, peer) == 0)
        die_usage("--me and --peer are both '%s', but a conversation takes two", me);

    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die_error("socket");
    socklen_t address_bytes = chat_address(me, &address);
    if (bind(fd, (struct sockaddr *)&address, address_bytes) < 0) {
        report_error("bind(%s)", me);
        if (errno == EADDRINUSE)
            report("hint: another program has this name; end it, or choose another --me");
        return STATUS_FAILED;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0)
        die_error("setsockopt");

    greet_peer(peer, peer);
    errno = pthread_create(&thread, NULL, listen_to_socket, (void *)(intptr_t)fd);
    if (errno != 0)
        die_error("pthread_create");
    send_typed_text();
    leave_peer();

    /* The end of the process ends the thread, and the socket's name goes with it. */
    return 0;
}
