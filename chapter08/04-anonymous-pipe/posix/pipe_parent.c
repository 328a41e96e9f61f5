/*
 * pipe_parent.c - starts a program and talks to it through its standard input and output.
 *
 * Shows   Two pipes; posix_spawn, the call that is most like CreateProcess, with dup2 of two ends to the child's
 *         descriptors 0 and 1; O_CLOEXEC, so that the child inherits no other end; a thread for each direction.
 * Run     pipe_parent [-- COMMAND [ARGUMENT...]]
 * With    pipe_child.c, which it starts, or any program that reads its standard input
 * Win32   PipeParent.c
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "companion.h"

#define CHUNK_BYTES 65536

extern char **environ;

/* Copies until the input ends; false when the reader of the output has closed its end before. */
static bool copy_bytes(int from, int to)
{
    char bytes[CHUNK_BYTES];
    ssize_t count;

    while ((count = read(from, bytes, sizeof(bytes))) > 0) {
        for (ssize_t done = 0, written; done < count; done += written) {
            written = write(to, bytes + done, (size_t)(count - done));
            if (written < 0 && errno == EPIPE)
                return false;
            if (written < 0)
                die_error("write");
        }
    }
    if (count < 0)
        die_error("read");
    return true;
}

/* A thread of its own feeds the child: when one direction has to wait, the other one must go on. */
static void *feed_child(void *request_write)
{
    const int fd = (int)(intptr_t)request_write;

    copy_bytes(STDIN_FILENO, fd);
    /* The last descriptor of the writing end: the child's input ends. */
    close(fd);
    return NULL;
}

/* Starts the program, from this program's folder if it is there, with these ends as its standard input and output. */
static pid_t start_child(char *arguments[], int input, int output)
{
    posix_spawn_file_actions_t actions;
    pid_t child;

    if ((errno = posix_spawn_file_actions_init(&actions)) != 0 ||
        (errno = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)) != 0 ||
        (errno = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)) != 0)
        die_error("posix_spawn_file_actions");

    char *partner = partner_path(arguments[0]);
    errno = ENOENT;
    if (strchr(arguments[0], '/') == NULL)
        errno = posix_spawn(&child, partner, &actions, NULL, arguments, environ);
    if (errno != 0)
        errno = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ);
    if (errno != 0)
        die_error("posix_spawnp(%s)", arguments[0]);

    free(partner);
    posix_spawn_file_actions_destroy(&actions);
    return child;
}

int main(int argc, char *argv[])
{
    char default_child[] = "pipe_child", *default_arguments[] = {default_child, NULL};
    int request[2], answer[2], status;
    pthread_t feeder;

    const option_spec options[] = {OPTIONS_END};
    companion_init(argv[0]);
    int count = parse_options(argc, argv,
                              "Starts COMMAND (pipe_child), feeds it the standard input and prints what it answers.",
                              "[COMMAND...]", options);
    char **arguments = count > 0 ? argv + 1 : default_arguments;

    /* A descriptor is inherited unless it has O_CLOEXEC; a handle only if it has HANDLE_FLAG_INHERIT. */
    if (pipe2(request, O_CLOEXEC) < 0 || pipe2(answer, O_CLOEXEC) < 0)
        die_error("pipe2");
    pid_t child = start_child(arguments, request[0], answer[1]);
    /* At once: as long as this process has the writing end open too, the child's answers have no end. */
    close(request[0]);
    close(answer[1]);

    if ((errno = pthread_create(&feeder, NULL, feed_child, (void *)(intptr_t)request[1])) != 0)
        die_error("pthread_create");
    bool is_read = copy_bytes(answer[0], STDOUT_FILENO);
    /* When nobody reads our output any more, nobody reads the child's either: its next write fails, too. */
    close(answer[0]);

    if (waitpid(child, &status, 0) < 0)
        die_error("waitpid(%d)", (int)child);
    if (is_read && WIFSIGNALED(status))
        report("%s was ended by signal %d (%s)", arguments[0], WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (is_read && WEXITSTATUS(status) != 0)
        report("%s ended with exit code %d", arguments[0], WEXITSTATUS(status));

    /* No pthread_join: the feeder may wait for input that is not needed any more. It ends with the process. */
    return is_read && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : STATUS_FAILED;
}
