/* ipc_posix_queue.c - a System V message queue. It takes 8 KiB a message (msgmax), so a larger one goes in pieces. */
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "ipc_posix.h"

/* Linux' MSGMAX, the default of /proc/sys/kernel/msgmax. */
#define PIECE_BYTES 8192

static int queue;
static long type_to_send, type_to_receive;

static struct {
    long type;
    char text[PIECE_BYTES];
} piece;

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

void create_queue(char address[ADDRESS_CHARS], size_t size)
{
    (void)size;
    address[0] = '\0';
    queue = msgget(IPC_PRIVATE, 0600);
    check(queue >= 0, "msgget");
}

void open_queue(const char *address, size_t size, bool is_child)
{
    (void)address, (void)size;
    type_to_send = is_child ? 2 : 1;
    type_to_receive = is_child ? 1 : 2;
}

void send_queue(const char *message, size_t size)
{
    for (size_t sent = 0, bytes; sent < size; sent += bytes) {
        bytes = smaller(size - sent, PIECE_BYTES);
        piece.type = type_to_send;
        memcpy(piece.text, message + sent, bytes);
        check(msgsnd(queue, &piece, bytes, 0) == 0, "msgsnd");
    }
}

void receive_queue(char *message, size_t size)
{
    for (size_t received = 0; received < size;) {
        ssize_t bytes = msgrcv(queue, &piece, smaller(size - received, PIECE_BYTES), type_to_receive, 0);
        check(bytes > 0, "msgrcv");
        memcpy(message + received, piece.text, (size_t)bytes);
        received += (size_t)bytes;
    }
}

void remove_queue(const char *address)
{
    (void)address;
    check(msgctl(queue, IPC_RMID, NULL) == 0, "msgctl");
}
