/*
 * waiting_process.c - waits to be ended, by Enter or by somebody else.
 *
 * Shows   getpid: the number by which the others know this process.
 * Run     waiting_process [--generations N] [--stubborn]
 * With    kill_process.c, list_process.c
 * Win32   WaitingProcess.c
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "companion.h"

#define CHILD_LIFE_S 600

/* Starts itself as a child, which Enter does not end, and which starts the generations below. */
static void start_child(char *program, unsigned long generations)
{
    char option[32];
    pid_t pid = fork();

    if (pid < 0)
        die_error("fork");
    if (pid == 0) {
        char *path = partner_path(program_name());
        format_text(option, sizeof(option), "--generations=%lu", generations);
        execl(path, program, "--child", generations > 0 ? option : (char *)NULL, (char *)NULL);
        die_error("execl(%s)", path);
    }
}

int main(int argc, char *argv[])
{
    unsigned long generations = 0;
    bool is_child = false, is_stubborn = false;

    const option_spec options[] = {
        OPTION_NUMBER("--generations", "N", &generations, 1, 20, "start a child, and so on for N generations (0)"),
        OPTION_FLAG("--child", &is_child, "wait for ten minutes instead of Enter, as the children do"),
        OPTION_FLAG("--stubborn", &is_stubborn, "do not listen to SIGTERM"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Waits for Enter, or for its end by another program.", NULL, options);

    /* The children inherit it: a signal that is ignored stays so through exec. */
    if (is_stubborn && signal(SIGTERM, SIG_IGN) == SIG_ERR)
        die_error("signal(SIGTERM)");
    if (generations > 0)
        start_child(argv[0], generations - 1);
    print("process %ld waits\n", (long)getpid());
    if (is_child)
        sleep(CHILD_LIFE_S);
    else
        read_line();
    return 0;
}
