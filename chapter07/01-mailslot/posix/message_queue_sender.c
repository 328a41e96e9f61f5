/*
 * message_queue_sender.c - the sending end of a System V message queue.
 *
 * Shows   msgget to find a queue; msgsnd: one call, one whole message, of a type.
 * Run     message_queue_sender [--name NAME] [--type N] [--no-wait] [MESSAGE...]
 * With    message_queue_receiver.c, started before this one
 * Win32   MailSender.c
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "companion.h"
#include "message_queue.h"

/* msgsnd says EINVAL for a queue that is gone as well as for a message that is too long. */
static bool is_gone(int msqid)
{
    struct msqid_ds status;

    return msgctl(msqid, IPC_STAT, &status) < 0;
}

static void send_mail(int msqid, unsigned long type, const char *message, int flags)
{
    static struct mail *mail;
    size_t length = strlen(message);

    mail = realloc(mail, sizeof(*mail) + length);
    if (mail == NULL)
        die_error("realloc");
    mail->type = (long)type;
    /* The message goes without a terminator: its length travels with it. */
    memcpy(mail->text, message, length);

    if (msgsnd(msqid, mail, length, flags) < 0) {
        report_error("msgsnd(%d, %zu bytes)", msqid, length);
        if (errno == EAGAIN)
            report("hint: the queue is full; without --no-wait this program waits for room");
        else if (errno == EIDRM || (errno == EINVAL && is_gone(msqid)))
            report("hint: the receiver has ended and removed the queue");
        else if (errno == EINVAL)
            report("hint: the message is too long; /proc/sys/kernel/msgmax has the limit");
        exit(STATUS_FAILED);
    }
}

/* Sends what is typed, line by line, until "exit" has been sent or the input ends. */
static void send_typed_mail(int msqid, unsigned long type, int flags)
{
    const char *message;

    do {
        prompt("MY CMD >> ");
        message = read_line();
        if (message == NULL)
            return;
        send_mail(msqid, type, message, flags);
    } while (strcmp(message, "exit") != 0);
}

int main(int argc, char *argv[])
{
    const char *name = "mailbox";
    unsigned long type = 1;
    bool no_wait = false;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "send to the message queue NAME (mailbox)"),
        OPTION_NUMBER("--type", "N", &type, 1, INT_MAX, "mark the messages as of type N (1)"),
        OPTION_FLAG("--no-wait", &no_wait, "fail when the queue is full, instead of waiting for room"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int messages =
        parse_options(argc, argv, "Sends each MESSAGE to a message queue; without one, each line that is typed.",
                      "[MESSAGE...]", options);
    int flags = no_wait ? IPC_NOWAIT : 0;

    key_t key = queue_key(name);
    int msqid = msgget(key, 0);
    if (msqid < 0) {
        report_error("msgget(0x%08x)", (unsigned)key);
        if (errno == ENOENT)
            report("hint: start message_queue_receiver first, with the same --name");
        return STATUS_FAILED;
    }

    if (messages == 0)
        send_typed_mail(msqid, type, flags);
    for (int i = 1; i <= messages; i++)
        send_mail(msqid, type, argv[i], flags);
    return 0;
}
