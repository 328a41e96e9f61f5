/*
 * shared_memory_reader.c - makes shared memory and prints the messages that others put there (not in the book).
 *
 * Shows   shm_open, posix_fallocate and mmap with MAP_SHARED; a robust mutex and semaphores for several processes. The
 *         object stays until it is removed, whatever happens to its maker: removed at the end, found after a crash.
 * Run     shared_memory_reader [--name NAME] [--size BYTES] [--timeout MS] [--count N]
 * With    shared_memory_writer.c, started after this one; ring.c, shared_ring.c
 * Win32   SharedMemoryReader.c
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared_ring.h"

static char object[RING_NAME_CHARS];
static int own_fd = -1; /* the object, once it is known to be ours */

/* Runs in a signal handler, too: both are system calls. An object without a name has been removed by somebody else. */
static void remove_object(void)
{
    struct stat status;

    if (fstat(own_fd, &status) == 0 && status.st_nlink > 0)
        shm_unlink(object);
}

/* Opens the object or makes it, and locks it, as its only reader. The lock ends with the process, however that ends. */
static int open_object(struct stat *status)
{
    for (;;) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        int fd = shm_open(object, O_RDWR | O_CREAT, 0600);

        if (fd < 0 || fstat(fd, status) < 0)
            die_error("shm_open(%s)", object);
        require_own_object(object, status);
        if (fcntl(fd, F_SETLK, &lock) < 0) {
            if ((errno != EACCES && errno != EAGAIN) || fcntl(fd, F_GETLK, &lock) < 0)
                die_error("fcntl(%s)", object);
            if (lock.l_type == F_UNLCK) {
                close(fd); /* that reader has just ended */
                continue;
            }
            report("%s has a reader: process %d; end that one, or choose another --name", object, (int)lock.l_pid);
            exit(STATUS_FAILED);
        }
        if (fstat(fd, status) < 0)
            die_error("fstat(%s)", object);
        if (status->st_nlink > 0)
            return fd;
        close(fd); /* between shm_open and fcntl, its last reader has ended and removed it */
    }
}

static void init_ring(struct shared_ring *shared, uint32_t size)
{
    pthread_mutexattr_t attributes;

    if ((errno = pthread_mutexattr_init(&attributes)) != 0 ||
        (errno = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED)) != 0 ||
        (errno = pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST)) != 0 ||
        (errno = pthread_mutex_init(&shared->mutex, &attributes)) != 0)
        die_error("pthread_mutex_init");
    pthread_mutexattr_destroy(&attributes);
    if (sem_init(&shared->filled, 1, 0) < 0 || sem_init(&shared->room, 1, 0) < 0)
        die_error("sem_init");
    ring_clear(&shared->ring, size);
}

/* Makes the object and maps it. One that a crashed reader has left is used again, if it has our size. */
static struct shared_ring *make_ring(uint32_t size, bool *is_new)
{
    struct stat status;
    const size_t bytes = sizeof(struct shared_ring) + size;
    int fd = open_object(&status);

    if (status.st_size == 0)
        own_fd = fd;
    else
        require_size(object, &status, bytes);
    /* Not ftruncate: without enough memory, only the first access would fail, with SIGBUS. */
    if (status.st_size == 0 && (errno = posix_fallocate(fd, 0, (off_t)bytes)) != 0)
        die_no_room(object, bytes);
    struct shared_ring *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared == MAP_FAILED)
        die_error("mmap(%s, %zu bytes)", object, bytes);

    *is_new = !holds_ring(shared, bytes, object);
    own_fd = fd;
    if (*is_new)
        init_ring(shared, size);
    return shared;
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

/* Takes the oldest message. The semaphore is posted under the mutex, so that nobody else posts it in between. */
static ring_state take_message(struct shared_ring *shared, uint32_t size, char *message, uint32_t *bytes)
{
    int value;

    lock_ring(shared);
    ring_state state = ring_take(&shared->ring, size, message, bytes);
    if (state != RING_EMPTY && (sem_getvalue(&shared->room, &value) < 0 || (value == 0 && sem_post(&shared->room) < 0)))
        die_error("sem_post");
    if ((errno = pthread_mutex_unlock(&shared->mutex)) != 0)
        die_error("pthread_mutex_unlock");
    return state;
}

/* Waits until a writer has put a message. False when the time is over. */
static bool wait_until_filled(struct shared_ring *shared)
{
    while (time_left() > 0) {
        const struct timespec deadline = deadline_after(time_left());
        if (sem_timedwait(&shared->filled, &deadline) == 0)
            return true;
        if (errno != EINTR && errno != ETIMEDOUT)
            die_error("sem_timedwait");
    }
    return false;
}

int main(int argc, char *argv[])
{
    static char message[RING_MAX_SIZE];
    const char *name = "ring";
    unsigned long size = 4096, timeout = NO_TIME_LIMIT, count = 0, printed = 0;
    uint32_t bytes;
    bool is_new;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "make the shared memory object /NAME (ring)"),
        OPTION_NUMBER("--size", "BYTES", &size, RING_MIN_SIZE, RING_MAX_SIZE, "with room for BYTES of messages (4096)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 0, NO_TIME_LIMIT - 1,
                      "end after MS without a message (wait for ever)"),
        OPTION_NUMBER("--count", "N", &count, 1, 4294967295UL, "end after N messages (no limit)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Prints the messages that arrive in shared memory, until \"exit\" does.", NULL, options);
    ring_object(object, name, "");
    run_at_end(remove_object);
    end_at_sigbus(remove_object);
    begin_time_limit(timeout);
    struct shared_ring *shared = make_ring((uint32_t)size, &is_new);
    print("waiting for messages in %s, %lu bytes%s\n", object, size, is_new ? "" : ", found again");

    for (;;) {
        ring_state state = take_message(shared, (uint32_t)size, message, &bytes);
        if (state == RING_DONE) {
            if (print_message(message, bytes) || ++printed == count)
                return 0;
            begin_time_limit(timeout);
        } else if (!wait_until_filled(shared)) {
            print("no message for %lu ms\n", timeout);
            return count == 0 ? 0 : STATUS_FAILED;
        }
    }
}
