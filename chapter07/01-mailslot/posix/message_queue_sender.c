/*
 * message_queue_sender.c - the sending end of a System V message queue.
 *
 * Shows   msgget finds a queue; msgsnd: one call sends one whole message, of a type.
 * Run     message_queue_sender [--name NAME] [--type N] [--no-wait] [--timeout MS] [MESSAGE...]
 * With    message_queue_receiver.c, started before this one; message_queue_claim.c
 * Win32   MailSender.c
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

#define NOTICE_MS      3000 /* after this time, and then after each of the next, it says for what it waits */
#define NEXT_NOTICE_MS 10000

static unsigned long timeout = NO_TIME_LIMIT;

static const char *read_typed_message(void)
{
    prompt("MY CMD >> ");
    return read_line();
}

/* msgsnd gives EINVAL for a queue that has been removed as well as for a message that is too long. */
static bool is_removed(int msqid)
{
    struct msqid_ds status;

    return msgctl(msqid, IPC_STAT, &status) < 0;
}

/* Says why a message has not been sent. Returns when it was too long: the others may still be sent. */
static void report_unsent(int msqid, size_t bytes)
{
    int error = errno;

    report_error("msgsnd(%d, %zu bytes)", msqid, bytes);
    if (error == EAGAIN)
        report("hint: the queue is full; without --no-wait this program waits for room");
    else if (error == EIDRM || (error == EINVAL && is_removed(msqid)))
        report("hint: the receiver has ended and removed the queue");
    else if (error == EINVAL)
        report("hint: the message is too long; /proc/sys/kernel/msgmax has the limit");
    if (error != EINVAL || is_removed(msqid))
        exit(STATUS_FAILED);
}

static void interrupt_msgsnd(int signal_number)
{
    (void)signal_number;
}

/* msgsnd waits for room without a limit, but a signal interrupts it: each `us` microseconds, until start_timer(0). */
static void start_timer(suseconds_t us)
{
    const struct sigaction action = {.sa_handler = interrupt_msgsnd}; /* no SA_RESTART */
    const struct itimerval timer = {.it_value.tv_usec = us, .it_interval.tv_usec = us};

    if (sigaction(SIGALRM, &action, NULL) < 0 || setitimer(ITIMER_REAL, &timer, NULL) < 0)
        die_error("setitimer");
}

/*
 * Sends one message; false when it is too long. While it waits for room, it says so. Ends the program when --timeout is
 * over.
 */
static bool send_mail(key_t key, int msqid, const struct mail *mail, size_t bytes, bool fails_when_full)
{
    long long notice = now_ms() + NOTICE_MS;

    begin_time_limit(timeout);
    start_timer(10000);
    while (msgsnd(msqid, mail, bytes, fails_when_full ? IPC_NOWAIT : 0) < 0) {
        if (errno != EINTR) {
            report_unsent(msqid, bytes);
            start_timer(0);
            return false;
        }
        if (time_left() == 0)
            die_time_over("room: the message queue is full");
        if (now_ms() < notice)
            continue;
        notice = now_ms() + NEXT_NOTICE_MS;
        report("the message queue of key 0x%08x is full: waiting for room", (unsigned)key);
        if (!has_receiver(key))
            report(
                "hint: no receiver is alive: start message_queue_receiver with the same --name, which takes the queue "
                "over, or remove it: ipcrm -Q 0x%08x -S 0x%08x",
                (unsigned)key, (unsigned)key);
    }
    start_timer(0);
    return true;
}

int main(int argc, char *argv[])
{
    const char *name = "mailbox", *message;
    unsigned long type = 1;
    bool fails_when_full = false, is_sent = true;
    struct mail *mail = NULL;
    struct msqid_ds status;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "send to the message queue NAME (mailbox)"),
        OPTION_NUMBER("--type", "N", &type, 1, INT_MAX, "mark the messages as of type N (1)"),
        OPTION_FLAG("--no-wait", &fails_when_full, "fail when the queue is full, instead of waiting for room"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 1, NO_TIME_LIMIT - 1, "take MS at most for a message (no limit)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int arguments =
        parse_options(argc, argv, "Sends each MESSAGE to a message queue; without one, each line that is typed.",
                      "[MESSAGE...]", options);

    key_t key = queue_key(name);
    int msqid = msgget(key, 0);
    if (msqid < 0) {
        report_error("msgget(0x%08x)", (unsigned)key);
        if (errno == ENOENT)
            report("hint: start message_queue_receiver first, with the same --name");
        return STATUS_FAILED;
    }
    if (msgctl(msqid, IPC_STAT, &status) < 0)
        die_error("msgctl(0x%08x)", (unsigned)key);
    require_own_queue(key, &status);

    for (int i = 1;; i++) {
        message = arguments > 0 ? argv[i] : read_typed_message();
        if (message == NULL) /* behind the last argument, or at the end of the input */
            break;
        size_t bytes = strlen(message);

        mail = realloc(mail, sizeof(*mail) + bytes);
        if (mail == NULL)
            die_error("realloc");
        mail->type = (long)type;
        /* The message is sent without a terminator: its length goes with it. */
        memcpy(mail->text, message, bytes);
        is_sent = send_mail(key, msqid, mail, bytes, fails_when_full) && is_sent;
        if (strcmp(message, "exit") == 0)
            break;
    }

    free(mail);
    return is_sent ? 0 : STATUS_FAILED;
}
