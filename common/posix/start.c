/* start.c - the start of every program: its name and its streams. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "internal.h"

static void do_nothing(int signal_number)
{
    (void)signal_number;
}

/*
 * The next file that is opened would get the number of a closed stream, and print would write into that file. So a
 * file takes the number that fails as a closed stream does: open for writing to be read from, for reading to be
 * written to.
 */
static void fill_closed_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            die_error("open(/dev/null)");
    }
}

/*
 * A program inherits, through exec, which signals are ignored and which are blocked. Where SIGCHLD is ignored, the
 * kernel keeps no exit status for waitpid; where SIGALRM is blocked, no time limit ends; where SIGINT is, no Ctrl+C
 * arrives. What is ignored otherwise, such as SIGHUP under nohup, was meant so and stays ignored.
 */
static void inherit_nothing(void)
{
    sigset_t none;

    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        die_error("sigprocmask");
}

void companion_init(const char *argv0)
{
    set_program_name(argv0);
    fill_closed_streams();

    /*
     * By default a write into a pipe that nobody reads kills the program without a word; now it fails with EPIPE,
     * and the program can clean up. A handler and not SIG_IGN, which a child started with exec would inherit.
     */
    struct sigaction action = {.sa_handler = do_nothing, .sa_flags = SA_RESTART};
    if (sigaction(SIGPIPE, &action, NULL) < 0)
        die_error("sigaction(SIGPIPE)");
    /* The same where a file may not grow any more (ulimit -f): write fails with EFBIG. */
    if (sigaction(SIGXFSZ, &action, NULL) < 0)
        die_error("sigaction(SIGXFSZ)");
    inherit_nothing();

    open_lane();
}
