/*
 * message_queue.h - what message_queue_receiver.c and message_queue_sender.c agree on, and the receiver's claim.
 */
#ifndef MESSAGE_QUEUE_H
#define MESSAGE_QUEUE_H

#include <stdbool.h>
#include <sys/msg.h>
#include <unistd.h>

/* msgsnd and msgrcv want the type first, at least 1. The length that they take and give is that of the text alone. */
struct mail {
    long type;
    char text[];
};

/*
 * The key for a name: a System V queue has a number only. It is made from the characters and the user (FNV-1a hash),
 * so that each user of a computer may have a "mailbox". ftok, the usual way, needs a file that both programs know, and
 * uses 16 bits of its inode number. Here two names of one user get the same key with a probability of 1 to 4 billion.
 */
static inline key_t queue_key(const char *name)
{
    unsigned hash = 2166136261U ^ geteuid();

    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619U;

    /* Not IPC_PRIVATE: with that one each msgget makes a new queue. */
    return hash == (unsigned)IPC_PRIVATE ? 1 : (key_t)hash;
}

/* The rest is in message_queue_claim.c. */

/*
 * Makes this process the only receiver of `key`, or ends it when another receiver is alive. The claim ends with the
 * process, also by kill -9. True when a receiver of this user was killed and has left its claim: then a queue that
 * exists is what it has left, too. After false, a queue that exists is another program's.
 */
bool claim_key(key_t key);

/* Removes the claim. For run_at_end: makes system calls only, and may be called without a claim. */
void release_key(void);

/* Whether a receiver of `key` is alive. */
bool has_receiver(key_t key);

/* Ends the program when the queue, whose state this is, is another user's, who could read what is sent to it. */
void require_own_queue(key_t key, const struct msqid_ds *status);

/* Says that msgget or semget has failed, and where to look when the system takes no more of them (ENOSPC). */
_Noreturn void die_no_more(const char *call, key_t key);

#endif
