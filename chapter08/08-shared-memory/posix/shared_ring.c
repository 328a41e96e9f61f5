/*
 * shared_ring.c - a mutex and two events in shared memory.
 *
 * Shows   pthread_mutexattr_setpshared and _setrobust: a mutex for several processes, whose next owner learns
 *         that the last one died (EOWNERDEAD); sem_init for several processes; fcntl locks as a sign of life.
 * With    shared_memory_reader.c, shared_memory_writer.c
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared_ring.h"

void object_name(char object[NAME_MAX], const char *name)
{
    if (name[0] == '\0' || strchr(name, '/') != NULL || !format_text(object, NAME_MAX, "/%s", name))
        die_usage("--name: expected 1 to %d bytes without a slash", NAME_MAX - 2);
}

void init_ring(struct shared_ring *shared, uint32_t size)
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

pid_t find_reader(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    if (fcntl(fd, F_GETLK, &lock) < 0)
        die_error("fcntl(F_GETLK)");
    return lock.l_type == F_UNLCK ? 0 : lock.l_pid;
}

void lock_ring(struct shared_ring *shared)
{
    errno = pthread_mutex_lock(&shared->mutex);
    if (errno == EOWNERDEAD) {
        /* The mutex is ours all the same, and what it protects may be half done: here, a message not committed. */
        report("a process died in its critical section (EOWNERDEAD); what it was writing is dropped");
        errno = pthread_mutex_consistent(&shared->mutex);
    }
    if (errno != 0)
        die_error("pthread_mutex_lock");
}

void unlock_ring(struct shared_ring *shared)
{
    if ((errno = pthread_mutex_unlock(&shared->mutex)) != 0)
        die_error("pthread_mutex_unlock");
}

void set_event(sem_t *event)
{
    int value;

    /* Under the mutex, so that nobody else posts in between. */
    if (sem_getvalue(event, &value) < 0 || (value == 0 && sem_post(event) < 0))
        die_error("sem_post");
}

bool wait_event(sem_t *event, unsigned long timeout)
{
    struct timespec end;
    int result;

    if (clock_gettime(CLOCK_REALTIME, &end) < 0)
        die_error("clock_gettime");
    end.tv_sec += (time_t)(timeout / 1000);
    end.tv_nsec += (long)(timeout % 1000) * 1000000;
    if (end.tv_nsec >= 1000000000) {
        end.tv_sec++;
        end.tv_nsec -= 1000000000;
    }

    do
        result = timeout == WAIT_FOREVER ? sem_wait(event) : sem_timedwait(event, &end);
    while (result < 0 && errno == EINTR);
    if (result < 0 && errno != ETIMEDOUT)
        die_error("sem_wait");
    return result == 0;
}
