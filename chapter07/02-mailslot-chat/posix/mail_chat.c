/*
 * mail_chat.c - one side of a conversation over Unix datagram sockets.
 *
 * Shows   socket and bind; sendto and recvmsg with SOCK_DGRAM: one call, one whole message, as with a mailslot. A
 * socket sends and receives, yet each side needs a name, by which the other one finds it. SO_PASSCRED: who has sent a
 *         message. pthread_create: recvmsg and reading the keyboard both wait, so each has a thread of its own.
 * Run     mail_chat --me NAME --peer NAME [--timeout MS]
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

#define NOTICE_MS 5000 /* after this time, and then after twice of it, a program says for what it waits */

static int fd;    /* our own socket */
static int probe; /* sends nothing; it only finds out whether there is somebody */
static const char *peer_name;
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

/* Gives the calls that send (SO_SNDTIMEO) or receive (SO_RCVTIMEO) a time limit. */
static void wait_at_most(unsigned long ms, int which)
{
    const struct timeval limit = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};

    if (setsockopt(fd, SOL_SOCKET, which, &limit, sizeof(limit)) < 0)
        die_error("setsockopt");
}

bool can_reach_peer(void)
{
    return connect(probe, (struct sockaddr *)&peer_address, peer_address_bytes) == 0 || errno != ECONNREFUSED;
}

/* sendto waits while the peer's queue is full, each time for a second at most (SO_SNDTIMEO). */
bool send_to_peer(char letter, const char *text, unsigned long limit_ms)
{
    const struct timespec moment = {.tv_nsec = 100000000};
    const long long begin = now_ms();
    long long notice = begin + NOTICE_MS;
    char message[MAIL_CHARS + 1];

    format_text(message, sizeof(message), "%c%s", letter, text);
    for (unsigned long passed = 0; passed < limit_ms; passed = (unsigned long)(now_ms() - begin)) {
        wait_at_most(limit_ms - passed < 1000 ? limit_ms - passed : 1000, SO_SNDTIMEO);
        if (sendto(fd, message, strlen(message), 0, (struct sockaddr *)&peer_address, peer_address_bytes) >= 0)
            return true;
        if (errno == ECONNREFUSED || errno == ENOENT)
            return false;
        if (errno == ENOBUFS || errno == ENOMEM)
            nanosleep(&moment, NULL); /* the system is short of memory for now */
        else if (errno != EAGAIN && errno != EINTR)
            die_error("sendto");
        if (errno == EAGAIN && now_ms() >= notice) {
            report("waiting: %s does not read what has been sent; is it stopped?", peer_name);
            notice += 2 * NOTICE_MS;
        }
    }
    return false;
}

void show_line(const char *first, const char *second, const char *third)
{
    print("%s%s%s\n", first, second, third);
}

/* An abstract name has no permissions: any user may send. SO_PASSCRED has the kernel say with each message who did. */
static bool is_from_this_user(struct msghdr *header)
{
    struct ucred sender = {.uid = (uid_t)-1};
    static time_t last_s;

    for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part != NULL; part = CMSG_NXTHDR(header, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_CREDENTIALS)
            memcpy(&sender, CMSG_DATA(part), sizeof(sender));
    }
    if (sender.uid == geteuid())
        return true;
    if (last_s == 0 || time(NULL) - last_s >= 10) { /* not for each one: there may be many */
        last_s = time(NULL);
        report("a message of another user (%lu, process %ld) is not shown", (unsigned long)sender.uid,
               (long)sender.pid);
    }
    return false;
}

/* The second thread: acts on what arrives, as long as the program runs. */
static void *receive_messages(void *unused)
{
    char message[MAIL_CHARS + 1];
    union {
        struct cmsghdr head; /* for its alignment */
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
    } control;

    (void)unused;
    for (;;) {
        struct iovec room = {.iov_base = message, .iov_len = MAIL_CHARS};
        struct msghdr header = {
            .msg_iov = &room, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control)};
        ssize_t bytes = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);
        if (bytes >= 0 && is_from_this_user(&header))
            act_on_message(printable_chars(message, (size_t)bytes));
        else if (bytes < 0 && errno == EAGAIN)
            check_peer(); /* nothing has come for CHECK_MS */
        else if (bytes < 0 && errno != EINTR && errno != ENOMEM && errno != ENOBUFS)
            die_error("recvmsg");
    }
    return NULL;
}

int main(int argc, char *argv[])
{
    const char *me, *text;
    unsigned long timeout;
    const int yes = 1;
    struct sockaddr_un address;
    char id[64];
    pthread_t thread;

    companion_init(argv[0]);
    parse_names(argc, argv, &me, &peer_name, &timeout);
    socklen_t address_bytes = fill_address(me, &address);
    peer_address_bytes = fill_address(peer_name, &peer_address);

    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    probe = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || probe < 0)
        die_error("socket");
    if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) < 0)
        die_error("setsockopt");
    wait_at_most(CHECK_MS, SO_RCVTIMEO);
    if (bind(fd, (struct sockaddr *)&address, address_bytes) < 0) {
        report_error("bind(%s)", me);
        if (errno == EADDRINUSE)
            report("hint: another program has this name; end it, or choose another --me");
        return STATUS_FAILED;
    }

    /* A process id may be used again; together with the time it is unique. */
    format_text(id, sizeof(id), "%ld-%lld", (long)getpid(), now_ms());
    greet_peer(peer_name, id, timeout);
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
