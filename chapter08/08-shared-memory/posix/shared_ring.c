/*
 * shared_ring.c - what both POSIX programs check and print (not in the book).
 *
 * Shows   SIGBUS: memory of an object that another process has shortened cannot be accessed, and no call can fail.
 * With    shared_memory_reader.c, shared_memory_writer.c
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared_ring.h"

static void (*clean_up_first)(void);

/* Only calls that are allowed in a signal handler: write and _exit. */
static void on_sigbus(int signal_number)
{
    static const char message[] = ": SIGBUS: another program has made the shared memory shorter\n";
    const char *name = program_name();

    (void)signal_number;
    if (clean_up_first != NULL)
        clean_up_first();
    if (write(STDERR_FILENO, name, strlen(name)) < 0 || write(STDERR_FILENO, message, sizeof(message) - 1) < 0)
        _exit(STATUS_FAILED);
    _exit(STATUS_FAILED);
}

void end_at_sigbus(void (*clean_up)(void))
{
    const struct sigaction action = {.sa_handler = on_sigbus};

    clean_up_first = clean_up;
    if (sigaction(SIGBUS, &action, NULL) < 0)
        die_error("sigaction(SIGBUS)");
}

void require_own_object(const char *object, const struct stat *status)
{
    if (!S_ISREG(status->st_mode))
        report("/dev/shm%s is there, and is no shared memory", object);
    else if (status->st_uid != geteuid())
        report("%s belongs to another user (%lu), who may read and write all that is in it", object,
               (unsigned long)status->st_uid);
    else
        return;
    report("hint: choose another --name");
    exit(STATUS_FAILED);
}

_Noreturn void die_no_room(const char *object, size_t bytes)
{
    report_error("posix_fallocate(%s, %zu bytes)", object, bytes);
    if (errno == ENOSPC)
        report(
            "hint: \"df /dev/shm\" shows how much there is, \"ls -l /dev/shm\" what others have left; rm removes it");
    exit(STATUS_FAILED);
}

void require_size(const char *object, const struct stat *status, size_t bytes)
{
    if ((size_t)status->st_size == bytes)
        return;
    report("%s is there already with %lld bytes, and we expect %zu", object, (long long)status->st_size, bytes);
    report("hint: choose its --size or another --name, or remove it: rm /dev/shm%s", object);
    exit(STATUS_FAILED);
}

bool holds_ring(const struct shared_ring *shared, size_t bytes, const char *object)
{
    const char *messages = (const char *)(shared + 1), *end = (const char *)shared + bytes;

    if (ring_is_known(&shared->ring))
        return true;
    while (messages < end && *messages == 0)
        messages++;
    if (messages == end && shared->ring.magic == 0)
        return false;
    report("%s is there, and holds something else than our messages; choose another --name", object);
    exit(STATUS_FAILED);
}

struct timespec lock_deadline(void)
{
    return deadline_after(ring_lock_ms() < NOTICE_MS ? ring_lock_ms() : NOTICE_MS);
}

void notice_lock(void)
{
    if (time_left() == 0)
        die_time_over(WAIT_FOR_LOCK);
    report("waiting for " WAIT_FOR_LOCK);
}

bool print_message(char *message, uint32_t bytes)
{
    /* A NUL in the message would hide what follows it. */
    for (uint32_t i = 0; i < bytes; i++) {
        if (message[i] == '\0')
            message[i] = '?';
    }
    message[bytes] = '\0';
    bool is_exit = strcmp(message, "exit") == 0;
    print("received: %s\n", printable(message));
    return is_exit;
}
