/*
 * shared_memory_writer.c - puts messages into the memory that a reader shares.
 *
 * Shows   shm_open and mmap: what one process writes, another one has, with no call in between; what becomes of a
 *         robust mutex whose owner dies (--hold).
 * Run     shared_memory_writer [--name NAME] [--size BYTES] [--hold] [MESSAGE...]
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

/* How soon to look again though nobody woke us: who was woken in our place, or the reader, may have died. */
#define LOOK_AGAIN_MS 1000

static int object_fd;
static struct shared_ring *shared;
static uint32_t ring_size;

static void map_ring(const char *object)
{
    struct stat status;
    const size_t bytes = sizeof(struct shared_ring) + ring_size;

    object_fd = shm_open(object, O_RDWR, 0);
    if (object_fd < 0) {
        report_error("shm_open(%s)", object);
        if (errno == ENOENT)
            report("hint: start shared_memory_reader first, with the same --name");
        exit(STATUS_FAILED);
    }
    if (fstat(object_fd, &status) < 0)
        die_error("fstat(%s)", object);
    if ((size_t)status.st_size != bytes) {
        report("%s has %lld bytes, and we expect %zu", object, (long long)status.st_size, bytes);
        report("hint: start both programs with the same --size");
        exit(STATUS_FAILED);
    }
    shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, object_fd, 0);
    if (shared == MAP_FAILED)
        die_error("mmap(%s, %zu bytes)", object, bytes);
    if (!ring_is_known(&shared->ring) || shared->ring.size != ring_size) {
        report("%s holds no ring of messages; choose another --name", object);
        exit(STATUS_FAILED);
    }
}

/* Memory takes whatever is written into it; whether anybody reads it is ours to find out. */
static void require_reader(void)
{
    if (find_reader(object_fd) == 0) {
        report("the reader has gone; the message is not sent");
        exit(STATUS_FAILED);
    }
}

static void send_message(const char *message, bool is_held)
{
    size_t bytes = strlen(message);
    ring_state state;

    if (bytes > ring_longest(ring_size)) {
        report("a message of %zu bytes does not fit into the ring; it takes %u", bytes, ring_longest(ring_size));
        exit(STATUS_FAILED);
    }
    do {
        require_reader();
        lock_ring(shared);
        state = ring_fill(&shared->ring, ring_size, message, (uint32_t)bytes);
        if (state == RING_DONE) {
            /* Before the commit: the reader wakes up, waits for the mutex, and learns if we die in between. */
            set_event(&shared->filled);
            if (is_held) {
                print("inside the critical section: kill this program, or press Enter to go on\n");
                read_line();
            }
            ring_commit(&shared->ring, (uint32_t)bytes);
        } else if (state == RING_DAMAGED) {
            report("the ring holds nonsense that some program has written there; it is emptied");
            ring_clear(&shared->ring, ring_size);
        }
        unlock_ring(shared);

        if (state == RING_FULL)
            wait_event(&shared->room, LOOK_AGAIN_MS);
    } while (state != RING_DONE);
}

int main(int argc, char *argv[])
{
    const char *name = "ring", *line;
    unsigned long size = 4096;
    bool is_held = false;
    char object[NAME_MAX];

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "write into the shared memory object /NAME (ring)"),
        OPTION_NUMBER("--size", "BYTES", &size, RING_MIN_SIZE, RING_MAX_SIZE,
                      "the size that the reader gave it (4096)"),
        OPTION_FLAG("--hold", &is_held, "stay in the critical section until Enter is pressed"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int messages = parse_options(argc, argv, "Writes each MESSAGE into shared memory; without one, what is typed.",
                                 "[MESSAGE...]", options);
    object_name(object, name);
    if (is_held && messages == 0)
        die_usage("--hold: expected a MESSAGE");
    ring_size = (uint32_t)size;
    map_ring(object);

    for (int i = 1; i <= messages; i++)
        send_message(argv[i], is_held);
    if (messages == 0) {
        do {
            prompt("MY CMD >> ");
            line = read_line();
            if (line == NULL)
                break;
            send_message(line, false);
        } while (strcmp(line, "exit") != 0);
    }
    return 0;
}
