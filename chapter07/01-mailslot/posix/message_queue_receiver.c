/*
 * message_queue_receiver.c - the receiving end of a System V message queue.
 *
 * Shows   msgget to make a queue; msgrcv: one call, one whole message, of any type or of one. A queue stays
 *         until somebody removes it, with the mail in it, whatever becomes of the program that made it.
 * Run     message_queue_receiver [--name NAME] [--type N] [--timeout MS] [--count N]
 * With    message_queue_sender.c, started after this one; message_queue_owner.c
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

#define WAIT_FOREVER 4294967295UL

static struct mail *mail;
static size_t room;
static volatile sig_atomic_t is_time_over;

static void end_time(int signal_number)
{
    (void)signal_number;
    is_time_over = 1;
}

/*
 * msgrcv has no timeout of its own, but a signal ends its wait. One that comes just before the wait begins
 * does not: hence the timer goes on, every 10 ms, until start_timer(0).
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

/* Twice the room for a message, and a byte for the terminator that show_mail adds. */
static void grow_mail(void)
{
    room = room == 0 ? 1024 : room * 2;
    mail = realloc(mail, sizeof(*mail) + room + 1);
    if (mail == NULL)
        die_error("realloc");
}

/* Waits for a message, puts it into `mail` and gives its length; -1 when none came in time. */
static ssize_t receive_mail(int msqid, long type, unsigned long timeout)
{
    ssize_t bytes;

    if (mail == NULL)
        grow_mail();
    if (timeout != WAIT_FOREVER)
        start_timer(timeout);

    while ((bytes = msgrcv(msqid, mail, room, type, timeout == 0 ? IPC_NOWAIT : 0)) < 0) {
        /* Too long, and still in the queue. With MSG_NOERROR we would get its beginning and lose the rest. */
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

/* Shows the message, which may come from any program: its content is not to be trusted. */
static void show_mail(size_t length)
{
    /* A NUL within the text would hide the rest. */
    for (size_t i = 0; i < length; i++) {
        if (mail->text[i] == '\0')
            mail->text[i] = '?';
    }
    mail->text[length] = '\0';
    print("received: %s\n", printable(mail->text));
}

int main(int argc, char *argv[])
{
    const char *name = "mailbox";
    unsigned long type = 0, timeout = WAIT_FOREVER, count = 0;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "receive on the message queue NAME (mailbox)"),
        OPTION_NUMBER("--type", "N", &type, 1, INT_MAX, "receive messages of type N only (all)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 0, WAIT_FOREVER - 1,
                      "end after MS without mail; 0 polls (wait for ever)"),
        OPTION_NUMBER("--count", "N", &count, 1, 4294967295UL, "end after N messages (no limit)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Makes a message queue and prints the mail that arrives, until \"exit\" does.", NULL,
                  options);

    key_t key = queue_key(name);
    claim_key(key);
    int msqid = msgget(key, IPC_CREAT | IPC_EXCL | 0600);
    if (msqid < 0 && errno == EEXIST)
        msqid = take_over_queue(key);
    if (msqid < 0)
        die_error("msgget(0x%08x)", (unsigned)key);
    remove_at_end(msqid);
    print("waiting for mail on message queue %s (key 0x%08x, id %d)\n", name, (unsigned)key, msqid);

    for (unsigned long received = 1;; received++) {
        ssize_t length = receive_mail(msqid, (long)type, timeout);
        if (length < 0) {
            print("no mail for %lu ms\n", timeout);
            return count == 0 ? 0 : STATUS_FAILED;
        }

        bool is_exit = length == 4 && memcmp(mail->text, "exit", 4) == 0;
        show_mail((size_t)length);
        if (is_exit || received == count)
            return 0;
    }
}
