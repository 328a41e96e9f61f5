/*
 * socket_peer.c - the other side of a chat over datagram sockets: comes, speaks, goes, and may be killed at any moment.
 *
 * Shows   sendto on a Unix datagram socket: one call, one whole message, and ECONNREFUSED when nobody is there.
 * With    mail_chat.c
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "chat_socket.h"
#include "../shared/peer.h"

/* A peer that does not answer an L, because it is stopped perhaps, is left without an answer. */
#define FAREWELL_S 5

static const char *name;
static struct sockaddr_un address;
static socklen_t address_bytes;
static int fd;
static char own_id[64];
static char peer_id[MAIL_CHARS + 1]; /* empty: not there */

/* Held while something is sent that depends on whether the peer is there. */
static pthread_mutex_t sending = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t has_changed = PTHREAD_COND_INITIALIZER;
static bool is_here;
static bool nothing_more_comes; /* it has left, or has answered our L */

/* Sends one message. False when there is nobody to send it to. */
static bool send_message(char letter, const char *text)
{
    char message[MAIL_CHARS + 1];

    format_text(message, sizeof(message), "%c%s", letter, text);
    while (sendto(fd, message, strlen(message), 0, (struct sockaddr *)&address, address_bytes) < 0) {
        if (errno == ECONNREFUSED || errno == ENOENT)
            return false;
        if (errno != EINTR)
            die_error("sendto(%s)", name);
    }
    return true;
}

void greet_peer(const char *peer_name, const char *peer_socket_name)
{
    struct timespec now;

    name = peer_name;
    address_bytes = chat_address(peer_socket_name, &address);
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die_error("socket");

    /* A process id may be used again; together with the time it is unique. */
    clock_gettime(CLOCK_MONOTONIC, &now);
    format_text(own_id, sizeof(own_id), "%ld-%lld.%09ld", (long)getpid(), (long long)now.tv_sec, now.tv_nsec);
    if (!send_message('H', own_id))
        print("waiting for %s\n", name);
}

void say_to_peer(const char *text)
{
    pthread_mutex_lock(&sending);
    for (;;) {
        while (!is_here)
            pthread_cond_wait(&has_changed, &sending);
        if (send_message('T', text))
            break;
        is_here = false; /* until it says H again */
    }
    pthread_mutex_unlock(&sending);
}

void leave_peer(void)
{
    struct timespec end;

    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += FAREWELL_S;
    pthread_mutex_lock(&sending);
    if (send_message('L', "")) {
        while (!nothing_more_comes && pthread_cond_timedwait(&has_changed, &sending, &end) == 0)
            ;
    }
    pthread_mutex_unlock(&sending);
}

static void meet(const char *id)
{
    if (id[0] == '\0' || strcmp(id, peer_id) == 0)
        return;
    if (peer_id[0] != '\0')
        print("%s has left\n", name); /* and has come back before we looked */

    format_text(peer_id, sizeof(peer_id), "%s", id);
    print("%s is here\n", name);
    pthread_mutex_lock(&sending);
    nothing_more_comes = false;
    is_here = send_message('H', own_id);
    pthread_cond_broadcast(&has_changed);
    pthread_mutex_unlock(&sending);
}

static void part(void)
{
    if (peer_id[0] != '\0')
        print("%s has left; waiting for it to come back\n", name);
    peer_id[0] = '\0';

    pthread_mutex_lock(&sending);
    is_here = false;
    send_message('A', "");
    nothing_more_comes = true;
    pthread_cond_broadcast(&has_changed);
    pthread_mutex_unlock(&sending);
}

void hear_peer(char *message)
{
    switch (message[0]) {
    case 'H':
        meet(message + 1);
        break;
    case 'T':
        print("%s: %s\n", name, printable(message + 1));
        break;
    case 'L':
        part();
        break;
    case 'A':
        pthread_mutex_lock(&sending);
        nothing_more_comes = true;
        pthread_cond_broadcast(&has_changed);
        pthread_mutex_unlock(&sending);
        break;
    default:
        report("somebody sent what is no message of a chat: '%s'", message);
    }
}

void look_after_peer(void)
{
    if (peer_id[0] == '\0')
        return;

    int probe = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe < 0)
        die_error("socket");
    if (connect(probe, (struct sockaddr *)&address, address_bytes) < 0 && errno == ECONNREFUSED)
        part();
    close(probe);
}
