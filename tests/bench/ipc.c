/*
 * ipc.c - measures how fast two processes exchange messages, by each mechanism of the chapter.
 *
 * Run     IpcBench --list                           names the mechanisms
 *         IpcBench [--rounds N] MECHANISM SIZE
 *
 * The second prints the throughput in MB/s (10^6 bytes), and of N round trips of one message the median and the 99th
 * percentile in microseconds. `ipc_bench` is the same program on the POSIX side.
 *
 * The first byte of a message tells the child what to do with it; all messages of a run have one size.
 */
#include <stdlib.h>
#include <string.h>

#include "ipc.h"

#define MAX_SIZE   (64 * 1024)
#define MAX_ROUNDS 100000
/* With 2000 rounds, 20 of them are above the 99th percentile. */
#define USUAL_ROUNDS 2000
/* How long a throughput is measured. */
#define THROUGHPUT_US 200000.0
/* After so many messages the sender waits for an answer: a mailslot takes any number and keeps them all in memory. */
#define WINDOW 64

enum { SINK = 's', ECHO = 'e', QUIT = 'q' };

static char message[MAX_SIZE];

static void run_child(const mechanism *chosen, size_t size)
{
    do {
        chosen->receive(message, size);
        if (message[0] == ECHO)
            chosen->send(message, size);
    } while (message[0] != QUIT);
}

static void send_command(const mechanism *chosen, size_t size, int what)
{
    message[0] = (char)what;
    chosen->send(message, size);
    if (what == ECHO) {
        chosen->receive(message, size);
        if (message[0] != ECHO) {
            report(_T("%s: the answer is not what was sent"), chosen->name);
            exit(STATUS_FAILED);
        }
    }
}

static int compare_numbers(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static void measure(const mechanism *chosen, size_t size, unsigned long rounds)
{
    static double round_us[MAX_ROUNDS];
    double bytes = 0, begin;

    for (unsigned long n = 0; n < rounds; n++) {
        begin = now_us();
        send_command(chosen, size, ECHO);
        round_us[n] = now_us() - begin;
    }
    qsort(round_us, rounds, sizeof(round_us[0]), compare_numbers);

    begin = now_us();
    while (now_us() - begin < THROUGHPUT_US) {
        for (int n = 1; n < WINDOW; n++)
            send_command(chosen, size, SINK);
        send_command(chosen, size, ECHO);
        bytes += (double)size * WINDOW;
    }
    print(_T("%.6f %.2f %.2f\n"), bytes / (now_us() - begin), round_us[rounds / 2], round_us[rounds * 99 / 100]);
    send_command(chosen, size, QUIT);
}

static const mechanism *find_mechanism(const TCHAR *name)
{
    for (const mechanism *each = mechanisms; each->name != NULL; each++) {
        if (_tcscmp(each->name, name) == 0)
            return each;
    }
    die_usage(_T("'%s' is no mechanism that --list names"), name);
}

int _tmain(int argc, TCHAR *argv[])
{
    bool listsMechanisms = false;
    const TCHAR *child_address = NULL;
    unsigned long rounds = USUAL_ROUNDS, size;
    const option_spec options[] = {
        OPTION_FLAG("--list", &listsMechanisms, "name the mechanisms"),
        OPTION_NUMBER("--rounds", "N", &rounds, 1, MAX_ROUNDS, "round trips to measure (2000)"),
        OPTION_TEXT("--child", "ADDRESS", &child_address, "be the other process (for the benchmark's own use)"),
        OPTIONS_END,
    };
    TCHAR address[ADDRESS_CHARS];

    companion_init(argv[0]);
    int operands = parse_options(argc, argv, _T("Measures one way of inter-process communication."),
                                 _T("[MECHANISM] [SIZE]"), options);
    if (listsMechanisms) {
        for (const mechanism *each = mechanisms; each->name != NULL; each++)
            print(_T("%s\n"), each->name);
        return 0;
    }
    if (operands != 2)
        die_usage(_T("expected MECHANISM and SIZE"));
    const mechanism *chosen = find_mechanism(argv[1]);
    if (!parse_number(argv[2], 1, MAX_SIZE, &size))
        die_usage(_T("'%s' is not a size from 1 to %d"), argv[2], MAX_SIZE);

    if (child_address != NULL) {
        chosen->open(child_address, size, true);
        run_child(chosen, size);
        return 0;
    }
    chosen->create(address, size);
    if (start_child(chosen, address, argv[2])) {
        chosen->open(address, size, true);
        run_child(chosen, size);
        return 0;
    }
    chosen->open(address, size, false);
    measure(chosen, size, rounds);
    join_child();
    if (chosen->remove != NULL)
        chosen->remove(address);
    return 0;
}
