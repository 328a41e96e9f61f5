/*
 * message_queue.h - what message_queue_receiver.c and message_queue_sender.c agree on.
 */
#ifndef MESSAGE_QUEUE_H
#define MESSAGE_QUEUE_H

#include <sys/msg.h>
#include <unistd.h>

/* msgsnd and msgrcv want the type in front, at least 1. The lengths they take and give are those of the text. */
struct mail {
    long type;
    char text[];
};

/*
 * The number that stands for a name: a System V queue has no other. It is made from the letters and the user
 * (FNV-1a hash), so that on one machine everybody may have a "mailbox". ftok, the usual way, needs a file
 * that both programs know, and takes just 16 bits of its inode number. Here, two names of one user would
 * share a queue with a chance of 1 to 4 billion.
 */
static inline key_t queue_key(const char *name)
{
    unsigned hash = 2166136261U ^ geteuid();

    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619U;

    /* Not IPC_PRIVATE: each msgget of that one makes a new queue. */
    return hash == (unsigned)IPC_PRIVATE ? 1 : (key_t)hash;
}

/* The rest is in message_queue_owner.c and for the receiver. */

/*
 * Makes this process the only receiver of `key`, or ends it when another one lives. The claim ends with the
 * process, even by kill -9: a queue that is there all the same has been left behind.
 */
void claim_key(key_t key);

/*
 * Says that there is a queue of a key that has been claimed, so that nobody receives from it any more, and
 * gives its id.
 */
int take_over_queue(key_t key);

/* Has the queue removed when the process ends: by exit, Ctrl+C (SIGINT), SIGTERM or SIGHUP. */
void remove_at_end(int msqid);

#endif
