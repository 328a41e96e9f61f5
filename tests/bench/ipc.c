/*
 * ipc.c - measures how fast two processes exchange messages, by each mechanism of the chapter.
 *
 * Run     IpcBench --list                           names the mechanisms
 *         IpcBench [--round-trips N] [--core N --child-core N] MECHANISM SIZE
 *
 * The second prints the throughput in MB/s (10^6 bytes), and of N round trips of one message the median and the 99th
 * percentile in microseconds. The throughput too is a median, of many windows of 64 messages: what else the machine
 * does now and then does not get into it. All that is one round: `lesson bench ipc` starts it for several. `ipc_bench`
 * is the same program on the POSIX side.
 *
 * Where the two processes run decides as much as the mechanism: on one core they take turns, on two they wake each
 * other. Without --core and --child-core the scheduler chooses, and may choose otherwise the next time.
 *
 * The first byte of a message tells the child what to do with it; all messages of a run have one size.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "ipc.h"

#define MAX_SIZE    (64 * 1024)
#define MAX_TIMES   100000
#define USUAL_TRIPS 500
/* Before anything counts: until pages, caches and the scheduler's notes of both processes are as they stay. */
#define WARM_UP_US 30000.0
/* How long a throughput is measured. */
#define THROUGHPUT_US 100000.0
/*
 * A window: after so many messages the sender waits for an answer, since a mailslot takes any number and keeps them all
 * in memory.
 */
#define WINDOW 64

/* No number of a core. An affinity mask of Windows has 64 bits. */
#define ANY_CORE ULONG_MAX
#define MAX_CORE 63

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

/* Sends so many messages, of which the last one is answered, and gives how long that took, in microseconds. */
static double time_messages(const mechanism *chosen, size_t size, int count)
{
    double begin = now_us();

    for (int n = 1; n < count; n++)
        send_command(chosen, size, SINK);
    send_command(chosen, size, ECHO);
    return now_us() - begin;
}

static void measure(const mechanism *chosen, size_t size, unsigned long trips)
{
    static double trip_us[MAX_TIMES], window_us[MAX_TIMES];
    unsigned long windows = 0;

    for (double begin = now_us(); now_us() - begin < WARM_UP_US;)
        time_messages(chosen, size, 1);
    for (unsigned long n = 0; n < trips; n++)
        trip_us[n] = time_messages(chosen, size, 1);
    for (double begin = now_us(); now_us() - begin < THROUGHPUT_US && windows < MAX_TIMES;)
        window_us[windows++] = time_messages(chosen, size, WINDOW);
    send_command(chosen, size, QUIT);

    qsort(trip_us, trips, sizeof(trip_us[0]), compare_numbers);
    qsort(window_us, windows, sizeof(window_us[0]), compare_numbers);
    print(_T("%.6f %.2f %.2f\n"), (double)size * WINDOW / window_us[windows / 2], trip_us[trips / 2],
          trip_us[trips * 99 / 100]);
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
    unsigned long trips = USUAL_TRIPS, core = ANY_CORE, child_core = ANY_CORE, size;
    const option_spec options[] = {
        OPTION_FLAG("--list", &listsMechanisms, "name the mechanisms"),
        OPTION_NUMBER("--round-trips", "N", &trips, 1, MAX_TIMES, "how many to measure (500)"),
        OPTION_NUMBER("--core", "N", &core, 0, MAX_CORE, "run on this core alone, the first is 0 (any)"),
        OPTION_NUMBER("--child-core", "N", &child_core, 0, MAX_CORE, "the other process on this one (any)"),
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
    if ((core == ANY_CORE) != (child_core == ANY_CORE))
        die_usage(_T("--core and --child-core go together"));
    const mechanism *chosen = find_mechanism(argv[1]);
    if (!parse_number(argv[2], 1, MAX_SIZE, &size))
        die_usage(_T("'%s' is not a size from 1 to %d"), argv[2], MAX_SIZE);

    if (child_address != NULL) {
        chosen->open(child_address, size, true);
        run_child(chosen, size);
        return 0;
    }
    /* A child begins where its parent runs. Both cores are tried before there is a child that would be left alone. */
    if (core != ANY_CORE) {
        pin_process(core);
        pin_process(child_core);
    }
    chosen->create(address, size);
    if (start_child(chosen, address, argv[2])) {
        chosen->open(address, size, true);
        run_child(chosen, size);
        return 0;
    }
    if (core != ANY_CORE)
        pin_process(core);
    chosen->open(address, size, false);
    measure(chosen, size, trips);
    join_child();
    if (chosen->remove != NULL)
        chosen->remove(address);
    return 0;
}
