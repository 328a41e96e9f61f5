/*
 * memory_map_reader.c - sees a file as memory, and what another process writes into it (not in the book).
 *
 * Shows   A file of any length mapped piece by piece; two mappings of one file, in two processes, that are the same
 *         memory; SIGBUS, when the file has become shorter than its mapping, and how to go on after it.
 * Run     memory_map_reader [--at OFFSET] [--view BYTES] FILE
 * With    memory_map_writer.c, at the same time with the same FILE
 * Win32   MemoryMapReader.c
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../shared/note.h"
#include "companion.h"

static sigjmp_buf before_access;

/* A memory access is no call and returns no error. To return from here would repeat it; so jump out of it. */
static void leave_access(int signal_number)
{
    siglongjmp(before_access, signal_number);
}

/* Copies out of a mapping. False when the file no longer has these bytes. */
static bool copy_from_view(void *to, const void *view, size_t bytes)
{
    const struct sigaction action = {.sa_handler = leave_access};
    struct sigaction old;

    if (sigaction(SIGBUS, &action, &old) < 0)
        die_error("sigaction(SIGBUS)");
    bool is_there = sigsetjmp(before_access, 1) == 0;
    if (is_there)
        memcpy(to, view, bytes);
    if (sigaction(SIGBUS, &old, NULL) < 0)
        die_error("sigaction(SIGBUS)");
    return is_there;
}

/* Reads the whole file with one view at a time: the file may be larger than the address space. */
static bool count_lines(int fd, const char *file, off_t file_size, size_t view_bytes)
{
    static char copy[65536];
    long long lines = 0, views = 0;

    for (off_t offset = 0; offset < file_size; offset += (off_t)view_bytes, views++) {
        size_t bytes = file_size - offset < (off_t)view_bytes ? (size_t)(file_size - offset) : view_bytes;
        char *view = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, offset);
        if (view == MAP_FAILED)
            die_error("mmap(%s)", file);

        for (size_t done = 0, part; done < bytes; done += part) {
            part = bytes - done < sizeof(copy) ? bytes - done : sizeof(copy);
            if (!copy_from_view(copy, view + done, part))
                return false;
            for (size_t i = 0; i < part; i++)
                lines += copy[i] == '\n';
        }
        if (munmap(view, bytes) < 0)
            die_error("munmap(%s)", file);
    }
    print("%s: %lld bytes; line breaks: %lld; views: %lld\n", file, (long long)file_size, lines, views);
    return true;
}

/*
 * Prints what the memory holds now. Another process may change it while we read: so check and print a copy. False when
 * that part of the file is gone.
 */
static bool print_note(const char *note, size_t room)
{
    char copy[NOTE_BYTES + 1];

    if (!copy_from_view(copy, note, room)) {
        report("SIGBUS: the file is shorter now, and this part of it is gone");
        return false;
    }
    copy[room] = '\0';
    print("note: %s\n", printable(copy));
    return true;
}

int main(int argc, char *argv[])
{
    unsigned long offset = 0, view_bytes = 1048576;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct stat status;

    const option_spec options[] = {
        OPTION_NUMBER("--at", "OFFSET", &offset, 0, NOTE_MAX_OFFSET, "look for the note there (0)"),
        OPTION_NUMBER("--view", "BYTES", &view_bytes, 1, 1073741824, "map BYTES of the file at a time (1048576)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Maps FILE; with each Enter, prints the note in it as it is now.", "FILE", options);
    const char *file = argv[1];
    if (view_bytes % page != 0)
        die_usage("--view: a view begins at a multiple of %zu, which %lu is not", page, view_bytes);

    /* Look first: to open a FIFO would wait, and only a file can be mapped as one. */
    if (stat(file, &status) == 0 && !S_ISREG(status.st_mode)) {
        report("%s is no plain file", file);
        return STATUS_FAILED;
    }
    int fd = open(file, O_RDONLY);
    if (fd < 0)
        die_error("open(%s)", file);
    if (fstat(fd, &status) < 0)
        die_error("fstat(%s)", file);
    if (status.st_size == 0 && mmap(NULL, 0, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED) {
        report_error("mmap(%s, 0 bytes)", file);
        report("hint: the file is empty; there is nothing to map");
        return STATUS_FAILED;
    }
    if (!count_lines(fd, file, status.st_size, view_bytes)) {
        report("SIGBUS: the file has become shorter while it was read");
        return STATUS_FAILED;
    }
    if ((off_t)offset >= status.st_size) {
        report("the file ends before %lu; there is no note", offset);
        return STATUS_FAILED;
    }

    size_t begin = offset - offset % page;
    size_t left = (size_t)status.st_size - offset, room = left < NOTE_BYTES ? left : NOTE_BYTES;
    const char *view = mmap(NULL, offset - begin + room, PROT_READ, MAP_SHARED, fd, (off_t)begin);
    if (view == MAP_FAILED)
        die_error("mmap(%s, %zu)", file, begin);

    bool is_success = true;
    do {
        is_success = print_note(view + (offset - begin), room) && is_success;
        prompt("Enter: look again >> ");
    } while (read_line() != NULL);
    return is_success ? 0 : STATUS_FAILED;
}
