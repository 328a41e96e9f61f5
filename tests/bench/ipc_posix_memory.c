/* ipc_posix_memory.c - memory that two processes share: a ring of messages for each direction. */
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ipc_posix.h"

/* The semaphores count slots: receive waits for a full one, send for an empty one. */
typedef struct ring {
    sem_t full, empty;
    char slots[];
} ring;

static ring *to_send, *to_receive;
static size_t sent, received;
static char *view;

static size_t ring_bytes(size_t size)
{
    size_t alignment = _Alignof(ring);

    return (sizeof(ring) + SLOTS * size + alignment - 1) / alignment * alignment;
}

static void map_rings(int fd, size_t size)
{
    check(fd >= 0, "open");
    check(ftruncate(fd, (off_t)(2 * ring_bytes(size))) == 0, "ftruncate");
    view = mmap(NULL, 2 * ring_bytes(size), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    check(view != MAP_FAILED, "mmap");
    close(fd);
    for (size_t n = 0; n < 2; n++) {
        ring *made = (ring *)(void *)(view + n * ring_bytes(size));
        check(sem_init(&made->full, 1, 0) == 0 && sem_init(&made->empty, 1, SLOTS) == 0, "sem_init");
    }
}

void create_shared_memory(char address[ADDRESS_CHARS], size_t size)
{
    make_address(address, "/");
    map_rings(shm_open(address, O_RDWR | O_CREAT | O_EXCL, 0600), size);
}

void remove_shared_memory(const char *address)
{
    check(shm_unlink(address) == 0, "shm_unlink");
}

void create_memory_map(char address[ADDRESS_CHARS], size_t size)
{
    make_address(address, "/tmp/");
    map_rings(open(address, O_RDWR | O_CREAT | O_EXCL, 0600), size);
}

void remove_memory_map(const char *address)
{
    check(unlink(address) == 0, "unlink");
}

/* The child of a fork has the parent's views at the same addresses. */
void open_memory(const char *address, size_t size, bool is_child)
{
    (void)address;
    ring *down = (ring *)(void *)view, *up = (ring *)(void *)(view + ring_bytes(size));
    to_send = is_child ? up : down;
    to_receive = is_child ? down : up;
}

void send_memory(const char *message, size_t size)
{
    check(sem_wait(&to_send->empty) == 0, "sem_wait");
    memcpy(to_send->slots + sent++ % SLOTS * size, message, size);
    check(sem_post(&to_send->full) == 0, "sem_post");
}

void receive_memory(char *message, size_t size)
{
    check(sem_wait(&to_receive->full) == 0, "sem_wait");
    memcpy(message, to_receive->slots + received++ % SLOTS * size, size);
    check(sem_post(&to_receive->empty) == 0, "sem_post");
}
