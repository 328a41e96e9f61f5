/*
 * memory_map_writer.c - changes a file by writing into memory (not in the book).
 *
 * Shows   mmap of a file with MAP_SHARED; posix_fallocate, since a mapping does not lengthen a file, and a file may be
 *         longer than its disk has room for; why a mapping begins at a multiple of the page size; msync and fsync; a
 *         mapped file that is shortened (--shrink, by ftruncate), and SIGBUS after it.
 * Run     memory_map_writer [--at OFFSET] [--flush] [--shrink] FILE
 * With    memory_map_reader.c, at the same time with the same FILE
 * Win32   MemoryMapWriter.c
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
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

/* Copies into a mapping. False when the file no longer has these bytes. */
static bool copy_to_view(void *view, const void *from, size_t bytes)
{
    const struct sigaction action = {.sa_handler = leave_access};
    struct sigaction old;

    if (sigaction(SIGBUS, &action, &old) < 0)
        die_error("sigaction(SIGBUS)");
    bool is_there = sigsetjmp(before_access, 1) == 0;
    if (is_there)
        memcpy(view, from, bytes);
    if (sigaction(SIGBUS, &old, NULL) < 0)
        die_error("sigaction(SIGBUS)");
    return is_there;
}

/* What SIGBUS means: the file lost these bytes, or a hole was to be filled, and the disk took no more. */
static void report_sigbus(int fd, off_t note_end)
{
    struct stat status;

    if (fstat(fd, &status) == 0 && status.st_size >= note_end)
        report("SIGBUS: the disk is full or broken, and the note is not written");
    else
        report("SIGBUS: the file is shorter now, and the note is not written");
}

/*
 * Each line that is typed becomes the note. Only memcpy is called, unless each note is to be on the disk at once. False
 * when a note could not be written.
 */
static bool write_notes(char *note, off_t note_end, int fd, bool flushes_notes)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    bool is_success = true;
    const char *line;

    prompt("NOTE >> ");
    while ((line = read_line()) != NULL) {
        size_t bytes = strlen(line);

        if (bytes >= NOTE_BYTES) {
            report("the note of %zu bytes is too long: %d is the limit", bytes, NOTE_BYTES - 1);
        } else if (!copy_to_view(note, line, bytes + 1)) {
            report_sigbus(fd, note_end);
            is_success = false;
        } else {
            /* msync begins at a page, and MS_SYNC waits for the disk; after fsync it has the file's new length, too. */
            char *first_page = note - (size_t)(uintptr_t)note % page;
            if (flushes_notes && msync(first_page, (size_t)(note - first_page) + bytes + 1, MS_SYNC) < 0)
                die_error("msync");
            if (flushes_notes && fsync(fd) < 0)
                die_error("fsync");
            print(flushes_notes ? "written, and on the disk\n" : "written into memory\n");
        }
        prompt("NOTE >> ");
    }
    return is_success;
}

int main(int argc, char *argv[])
{
    unsigned long offset = 0;
    bool flushes_notes = false, shrinks_file = false;
    struct stat status;

    const option_spec options[] = {
        OPTION_NUMBER("--at", "OFFSET", &offset, 0, NOTE_MAX_OFFSET, "put the note there (0)"),
        OPTION_FLAG("--flush", &flushes_notes, "have each note on the disk before the next one"),
        OPTION_FLAG("--shrink", &shrinks_file, "make FILE empty, and nothing else"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Writes each line that is typed into FILE, over what is there, by writing to memory.",
                  "FILE", options);
    const char *file = argv[1];

    /* Look first: to open a FIFO would wait, a device might do something, and neither can be mapped as a file. */
    if (stat(file, &status) == 0 && !S_ISREG(status.st_mode)) {
        report("%s is no plain file", file);
        return STATUS_FAILED;
    }
    int fd = open(file, shrinks_file ? O_RDWR : O_RDWR | O_CREAT, 0666);
    if (fd < 0)
        die_error("open(%s)", file);
    if (shrinks_file) {
        if (ftruncate(fd, 0) < 0)
            die_error("ftruncate(%s)", file);
        print("%s is empty now\n", file);
        return 0;
    }

    /* Not ftruncate, which makes a hole: where the disk is full, the first access to it would be SIGBUS. */
    if ((errno = posix_fallocate(fd, (off_t)offset, NOTE_BYTES)) != 0)
        die_error("posix_fallocate(%s)", file);

    /* A view begins only at a multiple of the page size: so it may begin before the note. */
    size_t begin = offset - offset % (size_t)sysconf(_SC_PAGESIZE);
    size_t view_bytes = offset - begin + NOTE_BYTES;
    char *view = mmap(NULL, view_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)begin);
    if (view == MAP_FAILED)
        die_error("mmap(%s, %zu)", file, begin);
    print("%s: the note is at %lu, in a view that begins at %zu\n", file, offset, begin);

    bool is_success = write_notes(view + (offset - begin), (off_t)(offset + NOTE_BYTES), fd, flushes_notes);
    munmap(view, view_bytes);
    return is_success ? 0 : STATUS_FAILED;
}
