/*
 * memory_map_writer.c - changes a file by writing into memory.
 *
 * Shows   mmap of a file with MAP_SHARED; ftruncate, since a mapping does not lengthen a file; why it begins at a
 *         multiple of the page size; msync and fsync; that a mapped file can be shortened (--shrink).
 * Run     memory_map_writer [--at OFFSET] [--flush] [--shrink] FILE
 * With    memory_map_reader.c, at the same time on the same FILE
 * Win32   MemoryMapWriter.c
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "companion.h"
#include "../shared/note.h"

/* Each line that is typed becomes the note. Nothing is called but memcpy, unless it is to be on the disk at once. */
static void write_notes(char *note, char *view, size_t view_bytes, int fd, bool is_flushed)
{
    const char *line;

    prompt("NOTE >> ");
    while ((line = read_line()) != NULL) {
        size_t bytes = strlen(line);

        if (bytes >= NOTE_BYTES) {
            report("the note of %zu bytes is too long: %d is the limit", bytes, NOTE_BYTES - 1);
        } else {
            memcpy(note, line, bytes + 1);
            /* MS_SYNC waits for the disk; only fsync has the file's new length there, too. */
            if (is_flushed && msync(view, view_bytes, MS_SYNC) < 0)
                die_error("msync");
            if (is_flushed && fsync(fd) < 0)
                die_error("fsync");
            print(is_flushed ? "written, and on the disk\n" : "written into memory\n");
        }
        prompt("NOTE >> ");
    }
}

int main(int argc, char *argv[])
{
    unsigned long offset = 0;
    bool is_flushed = false, is_shrunk = false;
    struct stat status;

    const option_spec options[] = {
        OPTION_NUMBER("--at", "OFFSET", &offset, 0, NOTE_MAX_OFFSET, "put the note there (0)"),
        OPTION_FLAG("--flush", &is_flushed, "have each note on the disk before the next one"),
        OPTION_FLAG("--shrink", &is_shrunk, "make FILE empty, and nothing else"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Writes each line that is typed into FILE, over what is there, by writing to memory.",
                  "FILE", options);
    const char *file = argv[1];

    int fd = open(file, is_shrunk ? O_RDWR : O_RDWR | O_CREAT, 0666);
    if (fd < 0 || fstat(fd, &status) < 0)
        die_error("open(%s)", file);
    if (is_shrunk) {
        if (ftruncate(fd, 0) < 0)
            die_error("ftruncate(%s)", file);
        print("%s is empty now\n", file);
        return 0;
    }

    if (status.st_size < (off_t)(offset + NOTE_BYTES) && ftruncate(fd, (off_t)(offset + NOTE_BYTES)) < 0)
        die_error("ftruncate(%s)", file);

    /* A view begins only at a multiple of the page size: so it begins before the note. */
    size_t begin = offset - offset % (size_t)sysconf(_SC_PAGESIZE);
    size_t view_bytes = offset - begin + NOTE_BYTES;
    char *view = mmap(NULL, view_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)begin);
    if (view == MAP_FAILED)
        die_error("mmap(%s, %zu)", file, begin);
    print("%s: the note is at %lu, in a view that begins at %zu\n", file, offset, begin);

    write_notes(view + (offset - begin), view, view_bytes, fd, is_flushed);
    munmap(view, view_bytes);
    return 0;
}
