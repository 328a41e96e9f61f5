/*
 * inherit_child.c - sends through a socket that it has never opened.
 *
 * Shows   A number becomes a descriptor again: it is checked, since it may be any number.
 * Run     inherit_child --descriptor N [MESSAGE...]
 * With    inherit_parent.c, which starts it
 * Win32   MailSender2_2.c
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "companion.h"

/* Makes sure that the descriptor is a socket for messages before anything is sent. */
static void check_socket(int descriptor)
{
    int type = 0;
    socklen_t bytes = sizeof(type);

    if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &bytes) < 0) {
        report_error("getsockopt(%d)", descriptor);
        if (errno == EBADF)
            report("hint: this process has no such descriptor; exec has closed it, or the number is an old one");
        else if (errno == ENOTSOCK)
            report("hint: it is something else here; the number means something in another process");
        exit(STATUS_FAILED);
    }
    if (type != SOCK_SEQPACKET) {
        report("descriptor %d is a socket of another type", descriptor);
        exit(STATUS_FAILED);
    }
}

/* Sends "inherit_child: MESSAGE". */
static void send_signed(int descriptor, const char *message)
{
    size_t bytes = strlen("inherit_child: ") + strlen(message) + 1;
    char *text = malloc(bytes);

    if (text == NULL)
        die_error("malloc");
    format_text(text, bytes, "inherit_child: %s", message);
    if (send(descriptor, text, strlen(text), MSG_NOSIGNAL) < 0)
        die_error("send(%d)", descriptor);
    free(text);
}

int main(int argc, char *argv[])
{
    unsigned long descriptor = ULONG_MAX;

    const option_spec options[] = {
        OPTION_NUMBER("--descriptor", "N", &descriptor, 0, INT_MAX, "the number of the inherited descriptor"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int messages = parse_options(argc, argv, "Sends each MESSAGE through a socket that inherit_parent has opened.",
                                 "[MESSAGE...]", options);
    if (descriptor == ULONG_MAX)
        die_usage("--descriptor is missing; inherit_parent starts this program with it");
    check_socket((int)descriptor);

    for (int i = 1; i <= messages; i++)
        send_signed((int)descriptor, argv[i]);
    close((int)descriptor);
    return 0;
}
