/*
 * message_queue_receiver.c - the receiving end of a System V message queue.
 *
 * Shows   msgget makes a queue; msgrcv: one call receives one whole message, of any type or of one; msgctl removes the
 *         queue, which would otherwise stay, with its messages, after the program that made it has ended.
 * Run     message_queue_receiver [--name NAME] [--type N] [--timeout MS] [--count N]
 * With    message_queue_sender.c, started after this one; message_queue_claim.c
 * Win32   MailReceiver.c
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "companion.h"
#include "message_queue.h"
#include "time_limit.h"

static struct mail *mail;
static size_t room;
static int msqid = -1; /* no queue: msgctl refuses this id */
static volatile sig_atomic_t is_time_over;

/* The queue first: as long as the key is claimed, nobody else makes a queue of it. */
static void clean_up(void)
{
    msgctl(msqid, IPC_RMID, NULL);
    release_key();
}

/* Opens the queue that a killed receiver has left. The claim is ours, so nobody else receives from it. */
static int take_over_queue(key_t key)
{
    struct msqid_ds status;
    int left_msqid = msgget(key, 0);

    if (left_msqid < 0 || msgctl(left_msqid, IPC_STAT, &status) < 0)
        die_error("msgget(0x%08x)", (unsigned)key);
    require_own_queue(key, &status);
    report("a killed receiver has left its message queue (key 0x%08x, id %d, messages: %lu): taking it over",
           (unsigned)key, left_msqid, (unsigned long)status.msg_qnum);
    report("hint: by hand it would go with: ipcrm -Q 0x%08x -S 0x%08x", (unsigned)key, (unsigned)key);
    return left_msqid;
}

static void end_time(int signal_number)
{
    (void)signal_number;
    is_time_over = 1;
}

/*
 * msgrcv has no time limit, but a signal interrupts it. A signal that arrives just before msgrcv begins to wait does
 * not; so the timer repeats it every 10 ms, until start_timer(0).
 */
static void start_timer(unsigned long timeout)
{
    const struct sigaction action = {.sa_handler = end_time}; /* no SA_RESTART */
    struct itimerval timer = {.it_interval.tv_usec = 10000};

    timer.it_value.tv_sec = (time_t)(timeout / 1000);
    timer.it_value.tv_usec = (suseconds_t)(timeout % 1000 * 1000);
    is_time_over = 0;
    if (sigaction(SIGALRM, &action, NULL) < 0)
        die_error("sigaction(SIGALRM)");
    if (setitimer(ITIMER_REAL, &timer, NULL) < 0)
        die_error("setitimer");
}

/* Twice the room for a message, and a byte for the terminator that print_message adds. */
static void grow_mail(void)
{
    room = room == 0 ? 1024 : room * 2;
    mail = realloc(mail, sizeof(*mail) + room + 1);
    if (mail == NULL)
        die_error("realloc");
}

/* Puts the next message into `mail` and gives its length; -1 when none came in time. */
static ssize_t next_message(long type, unsigned long timeout)
{
    ssize_t bytes;

    if (mail == NULL)
        grow_mail();
    if (timeout != NO_TIME_LIMIT)
        start_timer(timeout);

    while ((bytes = msgrcv(msqid, mail, room, type, timeout == 0 ? IPC_NOWAIT : 0)) < 0) {
        /* E2BIG: it is longer than `room`, and still in the queue. MSG_NOERROR would cut it. */
        if (errno == E2BIG)
            grow_mail();
        else if (errno == ENOMSG || (errno == EINTR && is_time_over))
            break;
        else if (errno != EINTR)
            die_error("msgrcv(%d)", msqid);
    }
    start_timer(0);
    return bytes;
}

/* Any program of this user may have written it, so its characters cannot be trusted. */
static void print_message(size_t bytes)
{
    print("received: %s\n", printable_chars(mail->text, bytes));
}

int main(int argc, char *argv[])
{
    const char *name = "mailbox";
    unsigned long type = 0, timeout = NO_TIME_LIMIT, count = 0;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "receive on the message queue NAME (mailbox)"),
        OPTION_NUMBER("--type", "N", &type, 1, INT_MAX, "receive messages of type N only (all)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 0, NO_TIME_LIMIT - 1,
                      "end after MS without mail; 0 polls (wait for ever)"),
        OPTION_NUMBER("--count", "N", &count, 1, 4294967295UL, "end after N messages (no limit)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Makes a message queue and prints the mail that arrives, until \"exit\" does.", NULL,
                  options);

    key_t key = queue_key(name);
    run_at_end(clean_up);
    bool is_left = claim_key(key);
    msqid = msgget(key, IPC_CREAT | IPC_EXCL | 0600);
    if (msqid < 0 && errno == EEXIST && is_left)
        msqid = take_over_queue(key);
    if (msqid < 0 && errno == EEXIST) {
        report("there is a message queue of key 0x%08x, and no receiver has left it: it is another program's",
               (unsigned)key);
        report("hint: choose another --name; if nobody needs it, it goes with: ipcrm -Q 0x%08x", (unsigned)key);
        return STATUS_FAILED;
    }
    if (msqid < 0)
        die_no_more("msgget", key);
    print("waiting for mail on message queue %s (key 0x%08x, id %d)\n", name, (unsigned)key, msqid);

    for (unsigned long received = 1;; received++) {
        ssize_t bytes = next_message((long)type, timeout);
        if (bytes < 0) {
            print("no mail for %lu ms\n", timeout);
            return count == 0 ? 0 : STATUS_FAILED;
        }

        print_message((size_t)bytes);
        if (received == count || strcmp(mail->text, "exit") == 0)
            return 0;
    }
}
