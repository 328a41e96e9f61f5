/*
 * shared_memory_writer.c - puts messages into the memory that a reader has made (not in the book).
 *
 * Shows   shm_open and mmap: what one process writes is there for the other one, without a call in between; what
 *         becomes of a robust mutex whose owner dies (--hold).
 * Run     shared_memory_writer [--name NAME] [--size BYTES] [--timeout MS] [--hold] [MESSAGE...]
 * With    shared_memory_reader.c, started before this one; ring.c, shared_ring.c
 * Win32   SharedMemoryWriter.c
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "shared_ring.h"

/* The time after which to look for room again: the reader, or the writer that was woken, may have died since. */
#define LOOK_AGAIN_MS 1000

static unsigned long timeout = NO_TIME_LIMIT;

static struct shared_ring *open_ring(const char *object, uint32_t size, int *object_fd)
{
    struct stat status;

    int fd = shm_open(object, O_RDWR, 0);
    if (fd < 0) {
        report_error("shm_open(%s)", object);
        if (errno == ENOENT)
            report("hint: start shared_memory_reader first, with the same --name");
        exit(STATUS_FAILED);
    }
    if (fstat(fd, &status) < 0)
        die_error("fstat(%s)", object);
    require_own_object(object, &status);
    if ((size_t)status.st_size < sizeof(struct shared_ring)) {
        report("%s holds no ring of messages; choose another --name", object);
        exit(STATUS_FAILED);
    }
    struct shared_ring *shared = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared == MAP_FAILED)
        die_error("mmap(%s, %lld bytes)", object, (long long)status.st_size);
    if (!ring_check(&shared->ring, (size_t)status.st_size - offsetof(struct shared_ring, ring), size, object))
        exit(STATUS_FAILED);
    *object_fd = fd;
    return shared;
}

/* Writing into memory succeeds without a reader, too. The reader has ended when its lock on the object is gone. Gives
 * its process id. */
static pid_t require_reader(int object_fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    if (fcntl(object_fd, F_GETLK, &lock) < 0)
        die_error("fcntl(F_GETLK)");
    if (lock.l_type == F_UNLCK)
        die_without_reader();
    return lock.l_pid;
}

static void lock_ring(struct shared_ring *shared)
{
    struct timespec deadline = lock_deadline();

    while ((errno = pthread_mutex_timedlock(&shared->mutex, &deadline)) == ETIMEDOUT) {
        notice_lock();
        deadline = lock_deadline();
    }
    if (errno == EOWNERDEAD) {
        /* We own the mutex now. What it protects may be incomplete: here, a message without its commit. */
        report("a process died in its critical section (EOWNERDEAD); what it was writing is dropped");
        errno = pthread_mutex_consistent(&shared->mutex);
    }
    if (errno != 0)
        die_error("pthread_mutex_timedlock");
}

/* Returns when the reader has taken a message, or, with false, after LOOK_AGAIN_MS or at the end of the time. */
static bool wait_for_room(struct shared_ring *shared)
{
    const struct timespec deadline = deadline_after(time_left() < LOOK_AGAIN_MS ? time_left() : LOOK_AGAIN_MS);

    if (sem_timedwait(&shared->room, &deadline) == 0)
        return true;
    if (errno != ETIMEDOUT && errno != EINTR)
        die_error("sem_timedwait");
    return false;
}

/* Puts one message into the ring, when there is room, or ends the program. False: it is too long; the next may fit. */
static bool put_message(struct shared_ring *shared, uint32_t size, int object_fd, const char *message, bool holds_mutex)
{
    size_t bytes = strlen(message);
    unsigned waits = 0;
    ring_state state;
    int value;

    if (!ring_takes(size, bytes))
        return false;
    begin_time_limit(timeout);
    do {
        pid_t reader = require_reader(object_fd);
        if (waits > 0 && waits % (NOTICE_MS / LOOK_AGAIN_MS) == 0)
            report("waiting for room: the ring is full, and its reader, process %d, takes no message", (int)reader);
        lock_ring(shared);
        state = ring_put(&shared->ring, size, message, (uint32_t)bytes);
        if (state == RING_DONE) {
            /* Before the commit: the reader wakes up and waits for the mutex. So it learns when we die here. */
            if (sem_getvalue(&shared->filled, &value) < 0 || (value == 0 && sem_post(&shared->filled) < 0))
                die_error("sem_post");
            if (holds_mutex)
                hold_ring();
            ring_commit(&shared->ring, size, (uint32_t)bytes);
        }
        if ((errno = pthread_mutex_unlock(&shared->mutex)) != 0)
            die_error("pthread_mutex_unlock");
        if (state == RING_FULL && time_left() == 0)
            die_time_over("room: the ring is full, and its reader takes no message");
        if (state == RING_FULL && !wait_for_room(shared))
            waits++;
    } while (state == RING_FULL);
    return true;
}

int main(int argc, char *argv[])
{
    const char *name = "ring", *text;
    unsigned long size = 4096;
    bool holds_mutex = false;
    char object[RING_NAME_CHARS];
    int object_fd;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "write into the shared memory object /NAME (ring)"),
        OPTION_NUMBER("--size", "BYTES", &size, RING_MIN_SIZE, RING_MAX_SIZE, "the --size of the reader (4096)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 1, NO_TIME_LIMIT - 1, "take MS at most for a message (no limit)"),
        OPTION_FLAG("--hold", &holds_mutex, "stay in the critical section until Enter is pressed"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int messages = parse_options(argc, argv, "Writes each MESSAGE into shared memory; without one, what is typed.",
                                 "[MESSAGE...]", options);
    ring_object(object, name, "");
    if (holds_mutex && messages == 0)
        die_usage("--hold: expected a MESSAGE");
    end_at_sigbus(NULL);
    struct shared_ring *shared = open_ring(object, (uint32_t)size, &object_fd);

    bool is_sent = true;
    while ((text = next_message(messages, argv)) != NULL)
        is_sent = put_message(shared, (uint32_t)size, object_fd, text, holds_mutex) && is_sent;
    return is_sent ? 0 : STATUS_FAILED;
}
