/*
 * run_as_reaper.c - starts a process, and ends with it all that has come of it.
 *
 * Shows   PR_SET_CHILD_SUBREAPER: a process whose parent has ended becomes a child of the nearest such ancestor, not of
 *         process 1. So each descendant is our child sooner or later, and none is lost from sight.
 * Run     run_as_reaper [--generations N]
 * With    waiting_process.c, which it starts; kill_process.c, kill_tree.c
 * Win32   RunInJob.c
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "companion.h"

static void start_process(unsigned long generations)
{
    char option[32];
    char *path = partner_path("waiting_process");
    pid_t pid = fork();

    if (pid < 0)
        die_error("fork");
    if (pid == 0) {
        format_text(option, sizeof(option), "--generations=%lu", generations);
        execl(path, "waiting_process", "--child", generations > 0 ? option : (char *)NULL, (char *)NULL);
        die_error("execl(%s)", path);
    }
    print("process %ld is ours, and so is all that comes of it: Enter ends them\n", (long)pid);
    free(path);
}

/* Ends the children of this moment, and waits until they are gone. Gives how many they were. */
static unsigned end_children(void)
{
    char path[64];
    unsigned ended = 0;
    long pid;
    int status;

    format_text(path, sizeof(path), "/proc/self/task/%ld/children", (long)getpid());
    FILE *children = fopen(path, "r");
    if (children == NULL)
        die_error("fopen(%s)", path);
    /* Nobody else gets the id of a child until we have waited for it: so kill ends the right one. */
    while (fscanf(children, "%ld", &pid) == 1) {
        kill((pid_t)pid, SIGKILL);
        if (waitpid((pid_t)pid, &status, 0) > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
            ended++; /* another status: it had ended by itself, and its parent had not waited for it */
    }
    fclose(children);
    return ended;
}

int main(int argc, char *argv[])
{
    unsigned long generations = 0;
    unsigned ended = 0;

    const option_spec options[] = {
        OPTION_NUMBER("--generations", "N", &generations, 1, 20, "have it start a child, and so on, N times (0)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Starts waiting_process, and ends all that has come of it.", NULL, options);

    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        die_error("prctl(PR_SET_CHILD_SUBREAPER)");
    start_process(generations);
    read_line();

    /* With each that ends, its children become ours. Until there is none. */
    while (waitpid(-1, NULL, WNOHANG) >= 0 || errno == EINTR)
        ended += end_children();
    print("processes ended: %u\n", ended);
    return 0;
}
