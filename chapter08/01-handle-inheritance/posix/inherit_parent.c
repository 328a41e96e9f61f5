/*
 * inherit_parent.c - lets its child send through a socket that it has opened.
 *
 * Shows   fork and exec: a descriptor stays open across exec unless it has FD_CLOEXEC; the end of input comes when the
 *         last descriptor of the other end has been closed, in whatever process.
 * Run     inherit_parent [--close-on-exec] MESSAGE...
 * With    inherit_child.c, which it starts
 * Win32   MailSender2_1.c
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "companion.h"

/* Sends "inherit_parent: MESSAGE". */
static void send_signed(int descriptor, const char *message)
{
    size_t bytes = strlen("inherit_parent: ") + strlen(message) + 1;
    char *text = malloc(bytes);

    if (text == NULL)
        die_error("malloc");
    format_text(text, bytes, "inherit_parent: %s", message);
    if (send(descriptor, text, strlen(text), MSG_NOSIGNAL) < 0)
        die_error("send(%d)", descriptor);
    free(text);
}

/* Receives one message and prints it; false at the end of input. */
static bool print_next_message(int descriptor)
{
    /* How long is it? MSG_PEEK leaves it there. */
    ssize_t bytes = recv(descriptor, NULL, 0, MSG_PEEK | MSG_TRUNC);
    if (bytes < 0)
        die_error("recv");
    if (bytes == 0)
        return false;

    char *message = malloc((size_t)bytes + 1);
    if (message == NULL)
        die_error("malloc");
    if (recv(descriptor, message, (size_t)bytes, 0) != bytes)
        die_error("recv");
    message[bytes] = '\0';
    print("received: %s\n", printable(message));
    free(message);
    return true;
}

/* Starts inherit_child with the number of the descriptor and the messages. */
static pid_t start_child(int descriptor, int messages, char *const texts[])
{
    char number[16];
    char *program = partner_path("inherit_child");
    char **arguments = calloc((size_t)messages + 5, sizeof(*arguments));

    if (arguments == NULL)
        die_error("calloc");
    format_text(number, sizeof(number), "%d", descriptor);
    arguments[0] = "inherit_child";
    arguments[1] = "--descriptor";
    arguments[2] = number;
    arguments[3] = "--";
    for (int i = 0; i < messages; i++)
        arguments[i + 4] = texts[i];

    pid_t child = fork();
    if (child < 0)
        die_error("fork");
    if (child == 0) {
        /* The child has copies of all descriptors. exec closes those that have FD_CLOEXEC. */
        execv(program, arguments);
        report_error("execv(%s)", program);
        _exit(STATUS_FAILED);
    }
    free(arguments);
    free(program);
    return child;
}

int main(int argc, char *argv[])
{
    bool closes_on_exec = false;
    int ends[2], status;

    const option_spec options[] = {
        OPTION_FLAG("--close-on-exec", &closes_on_exec, "do not let the child inherit the descriptor"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int messages = parse_options(argc, argv,
                                 "Sends each MESSAGE; then has its child, inherit_child, send it, too, and shows them.",
                                 "MESSAGE...", options);

    /* SOCK_CLOEXEC from the start: between socketpair and fcntl another thread might call fork and exec. */
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        die_error("socketpair");
    if (!closes_on_exec && fcntl(ends[1], F_SETFD, 0) < 0)
        die_error("fcntl(F_SETFD)");

    for (int i = 1; i <= messages; i++) {
        send_signed(ends[1], argv[i]);
        print_next_message(ends[0]);
    }

    pid_t child = start_child(ends[1], messages, argv + 1);
    /* Only the child may hold this end now. As long as this process does too, the input has no end. */
    close(ends[1]);
    while (print_next_message(ends[0]))
        continue;
    print("the other end is closed in all processes\n");

    if (waitpid(child, &status, 0) < 0)
        die_error("waitpid(%d)", (int)child);
    bool is_success = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!is_success && closes_on_exec)
        report("hint: exec has closed the descriptor: it had FD_CLOEXEC");
    return is_success ? 0 : STATUS_FAILED;
}
