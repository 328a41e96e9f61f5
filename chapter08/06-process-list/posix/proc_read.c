/*
 * proc_read.c - reads what /proc says about one process.
 *
 * Shows   The same two files that list_process.c reads.
 * With    process_tree.c, kill_process.c, kill_tree.c, proc_stat.c
 */
#include "proc_read.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "proc_stat.h"

/* A whole small file of /proc, terminated. False when the process has ended. */
static bool read_proc_file(const char *id, const char *name, char *text, size_t room)
{
    char path[64];

    format_text(path, sizeof(path), "/proc/%s/%s", id, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT && errno != ESRCH && errno != EACCES)
        die_error("open(%s)", path); /* out of descriptors, for one: the list would lack it without a word */
    if (fd < 0)
        return false;
    ssize_t bytes = read(fd, text, room - 1);
    close(fd);
    if (bytes <= 0)
        return false;
    text[bytes] = '\0';
    return true;
}

bool read_process(const char *id, process_entry *process)
{
    char text[4096];

    if (!read_proc_file(id, "stat", text, sizeof(text)) || !parse_stat(text, process))
        return false;
    if (may_be_cut(process) && read_proc_file(id, "cmdline", text, sizeof(text)))
        lengthen_name(process, text);
    return true;
}
