/*
 * shared_memory_reader.c - makes shared memory and reads the messages that others put there.
 *
 * Shows   shm_open, posix_fallocate and mmap with MAP_SHARED. The object stays until somebody removes it, whatever
 *         becomes of the program that made it: removed at the end, found again after a crash.
 * Run     shared_memory_reader [--name NAME] [--size BYTES] [--timeout MS] [--count N]
 * With    shared_memory_writer.c, started after this one; ring.c, shared_ring.c
 * Win32   SharedMemoryReader.c
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared_ring.h"

static char object[NAME_MAX];

/* In a signal handler, too: on Linux this is one system call. */
static void remove_object(void)
{
    shm_unlink(object);
}

/* Opens the object or makes it, as its only reader: the lock on it ends with the process, however that ends. */
static int open_object(struct stat *status)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    for (;;) {
        int fd = shm_open(object, O_RDWR | O_CREAT, 0600);
        if (fd < 0)
            die_error("shm_open(%s)", object);
        if (fcntl(fd, F_SETLK, &lock) < 0) {
            if (errno != EACCES && errno != EAGAIN)
                die_error("fcntl(F_SETLK)");
            report("%s has a reader: process %d; end that one, or choose another --name", object, (int)find_reader(fd));
            exit(STATUS_FAILED);
        }
        if (fstat(fd, status) < 0)
            die_error("fstat(%s)", object);
        if (status->st_nlink > 0)
            return fd;
        close(fd); /* its reader has just ended and removed it */
    }
}

/* Maps the object. What a crashed reader has left is taken over, if it is of our size. */
static struct shared_ring *map_ring(uint32_t size, bool *is_new)
{
    struct stat status;
    const size_t bytes = sizeof(struct shared_ring) + size;
    int fd = open_object(&status);

    *is_new = status.st_size == 0;
    /* Not ftruncate: when memory runs out, that would show only at the first access, by SIGBUS. */
    if (*is_new && (errno = posix_fallocate(fd, 0, (off_t)bytes)) != 0)
        die_error("posix_fallocate(%s, %zu bytes)", object, bytes);
    if (!*is_new && (size_t)status.st_size != bytes) {
        report("%s is there already with %lld bytes, and we expect %zu", object, (long long)status.st_size, bytes);
        report("hint: choose its --size or another --name; by hand it would go with: rm /dev/shm%s", object);
        exit(STATUS_FAILED);
    }

    struct shared_ring *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared == MAP_FAILED)
        die_error("mmap(%s, %zu bytes)", object, bytes);
    /* Whoever made it died before it was a ring. */
    if (!ring_is_known(&shared->ring))
        *is_new = true;
    if (*is_new)
        init_ring(shared, size);
    return shared;
}

/* Shows one message, which may come from any program. True when it ends this one. */
static bool show_message(char *message, uint32_t bytes)
{
    /* A NUL within the text would hide the rest. */
    for (uint32_t i = 0; i < bytes; i++) {
        if (message[i] == '\0')
            message[i] = '?';
    }
    message[bytes] = '\0';
    bool is_exit = strcmp(message, "exit") == 0;
    print("received: %s\n", printable(message));
    return is_exit;
}

int main(int argc, char *argv[])
{
    const char *name = "ring";
    unsigned long size = 4096, timeout = WAIT_FOREVER, count = 0, received = 0;
    uint32_t bytes;
    bool is_new;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "make the shared memory object /NAME (ring)"),
        OPTION_NUMBER("--size", "BYTES", &size, RING_MIN_SIZE, RING_MAX_SIZE, "with room for BYTES of messages (4096)"),
        OPTION_NUMBER("--timeout", "MS", &timeout, 0, WAIT_FOREVER - 1,
                      "end after MS without a message (wait for ever)"),
        OPTION_NUMBER("--count", "N", &count, 1, 4294967295UL, "end after N messages (no limit)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Makes shared memory and prints the messages that arrive there, until \"exit\" does.",
                  NULL, options);
    object_name(object, name);

    struct shared_ring *shared = map_ring((uint32_t)size, &is_new);
    run_at_end(remove_object);
    char *message = malloc(size);
    if (message == NULL)
        die_error("malloc");
    print("waiting for messages in %s, %lu bytes%s\n", object, size, is_new ? "" : ", found again");

    for (;;) {
        lock_ring(shared);
        ring_state state = ring_take(&shared->ring, (uint32_t)size, message, &bytes);
        if (state == RING_DAMAGED) {
            report("the ring holds nonsense that some program has written there; it is emptied");
            ring_clear(&shared->ring, (uint32_t)size);
        }
        if (state != RING_EMPTY)
            set_event(&shared->room);
        unlock_ring(shared);

        if (state == RING_DONE && (show_message(message, bytes) || ++received == count))
            break;
        if (state == RING_EMPTY && !wait_event(&shared->filled, timeout)) {
            print("no message for %lu ms\n", timeout);
            break;
        }
    }
    free(message);
    return received == count || count == 0 ? 0 : STATUS_FAILED;
}
