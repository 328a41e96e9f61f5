/*
 * inherit_parent.c - lets its child send through a socket that it has opened.
 *
 * Shows   fork and exec: a descriptor crosses exec unless it has FD_CLOEXEC; the end of input comes when the last
 *         descriptor of the other end is closed, in whatever process.
 * Run     inherit_parent [--close-on-exec] MESSAGE...
 * With    inherit_child.c, which it starts
 * Win32   MailSender2_1.c
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "companion.h"
#include "signed_message.h"

/* Prints one message; false at the end of input. */
static bool receive(int socket)
{
    ssize_t bytes = recv(socket, NULL, 0, MSG_PEEK | MSG_TRUNC);
    if (bytes < 0)
        die_error("recv");
    if (bytes == 0)
        return false;

    char *message = malloc((size_t)bytes + 1);
    if (message == NULL)
        die_error("malloc");
    if (recv(socket, message, (size_t)bytes, 0) != bytes)
        die_error("recv");
    message[bytes] = '\0';
    print("received: %s\n", printable(message));
    free(message);
    return true;
}

/* Starts inherit_child with the number of the descriptor and the messages. */
static pid_t start_child(int socket, int messages, char *const texts[])
{
    char number[16];
    char *program = partner_path("inherit_child");
    char **arguments = calloc((size_t)messages + 5, sizeof(*arguments));

    if (arguments == NULL)
        die_error("calloc");
    format_text(number, sizeof(number), "%d", socket);
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
        /* A copy of everything. exec closes what is marked to be closed. */
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
    bool is_close_on_exec = false;
    int ends[2], status;

    const option_spec options[] = {
        OPTION_FLAG("--close-on-exec", &is_close_on_exec, "keep the descriptor from the child"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int messages = parse_options(argc, argv,
                                 "Sends each MESSAGE; then has its child, inherit_child, send it, too, and shows them.",
                                 "MESSAGE...", options);

    /* Closed on exec from birth: between socketpair and fcntl another thread might call fork. */
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        die_error("socketpair");
    if (!is_close_on_exec && fcntl(ends[1], F_SETFD, 0) < 0)
        die_error("fcntl(F_SETFD)");

    for (int i = 1; i <= messages; i++) {
        send_signed(ends[1], argv[i]);
        receive(ends[0]);
    }

    pid_t child = start_child(ends[1], messages, argv + 1);
    /* Now the child alone can send. Without this, we would wait for ourselves. */
    close(ends[1]);
    while (receive(ends[0]))
        continue;
    print("nobody has the other end any more\n");

    if (waitpid(child, &status, 0) < 0)
        die_error("waitpid(%d)", (int)child);
    bool is_success = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!is_success && is_close_on_exec)
        report("hint: exec has closed the descriptor: it had FD_CLOEXEC");
    return is_success ? 0 : STATUS_FAILED;
}
