/*
 * mail_chat.c - one side of a conversation over Unix datagram sockets.
 *
 * Shows   socket and bind; sendto and recv with SOCK_DGRAM: one call, one whole message, as with a mailslot. A socket
 *         sends and receives, yet each side needs a name, by which the other one finds it. pthread_create: recv and
 *         reading the keyboard both wait, so each has a thread of its own.
 * Run     mail_chat --me NAME --peer NAME
 * With    another mail_chat.c, with the two names exchanged; peer.c, mutex_lock.c, chat_options.c
 * Win32   MailChat.c
 */
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "../shared/peer.h"

static int fd; /* our own socket */
static struct sockaddr_un peer_address;
static socklen_t peer_address_bytes;

/*
 * Fills in the address for a name and gives its length. It is one of Linux's abstract addresses, which begin with a
 * NUL: like a mailslot's name it is gone as soon as its owner is. The name of a socket in the file system would stay.
 */
static socklen_t fill_address(const char *name, struct sockaddr_un *address)
{
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    if (!format_text(address->sun_path + 1, sizeof(address->sun_path) - 1, "mail_chat/%s", name))
        die_usage("--me, --peer: a socket's whole name has less than %zu characters", sizeof(address->sun_path));
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(address->sun_path + 1));
}

bool can_reach_peer(void)
{
    int probe = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe < 0)
        die_error("socket");
    bool is_refused = connect(probe, (struct sockaddr *)&peer_address, peer_address_bytes) < 0 && errno == ECONNREFUSED;
    close(probe);
    return !is_refused;
}

bool send_to_peer(char letter, const char *text)
{
    char message[MAIL_CHARS + 1];

    format_text(message, sizeof(message), "%c%s", letter, text);
    while (sendto(fd, message, strlen(message), 0, (struct sockaddr *)&peer_address, peer_address_bytes) < 0) {
        if (errno == ECONNREFUSED || errno == ENOENT)
            return false;
        if (errno != EINTR)
            die_error("sendto");
    }
    return true;
}

void show_line(const char *first, const char *second, const char *third)
{
    print("%s%s%s\n", first, second, third);
}

/* The second thread: acts on what arrives, as long as the program runs. Any program may send to the socket. */
static void *receive_messages(void *unused)
{
    char message[MAIL_CHARS + 1];

    (void)unused;
    for (;;) {
        ssize_t bytes = recv(fd, message, MAIL_CHARS, 0);
        if (bytes >= 0)
            act_on_message(printable_chars(message, (size_t)bytes));
        else if (errno == EAGAIN)
            check_peer(); /* nothing has come for CHECK_MS */
        else if (errno != EINTR)
            die_error("recv");
    }
    return NULL;
}

int main(int argc, char *argv[])
{
    const char *me, *peer, *text;
    const struct timeval timeout = {.tv_usec = CHECK_MS * 1000};
    struct sockaddr_un address;
    struct timespec now;
    char id[64];
    pthread_t thread;

    companion_init(argv[0]);
    parse_names(argc, argv, &me, &peer);
    socklen_t address_bytes = fill_address(me, &address);
    peer_address_bytes = fill_address(peer, &peer_address);

    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die_error("socket");
    if (bind(fd, (struct sockaddr *)&address, address_bytes) < 0) {
        report_error("bind(%s)", me);
        if (errno == EADDRINUSE)
            report("hint: another program has this name; end it, or choose another --me");
        return STATUS_FAILED;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0)
        die_error("setsockopt");

    /* A process id may be used again; together with the time it is unique. */
    clock_gettime(CLOCK_MONOTONIC, &now);
    format_text(id, sizeof(id), "%ld-%lld.%09ld", (long)getpid(), (long long)now.tv_sec, now.tv_nsec);
    greet_peer(peer, id);
    errno = pthread_create(&thread, NULL, receive_messages, NULL);
    if (errno != 0)
        die_error("pthread_create");

    while ((text = read_line()) != NULL && strcmp(text, "exit") != 0) {
        if (strlen(text) > TEXT_CHARS)
            report("not sent: that line has %zu bytes, and %d is the most", strlen(text), TEXT_CHARS);
        else
            say_to_peer(text);
    }
    leave_peer();

    /* The end of the process ends the thread, and the socket's name goes with it. */
    return 0;
}
