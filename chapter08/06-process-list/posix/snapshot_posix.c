/*
 * snapshot_posix.c - the processes of this moment, as Linux tells them in /proc.
 *
 * Shows   /proc/PID/stat, one line of text with everything about a process; there is no snapshot, they come and go
 *         while we read.
 * With    ListProcess.c, KillProcess.c
 * Win32   snapshot_win32.c
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../shared/process_table.h"

#define SHORT_NAME_BYTES 15         /* Linux cuts the name in stat there */
#define KERNEL_THREAD    0x00200000 /* PF_KTHREAD among the flags in stat */

/* A whole small file, terminated; its length, or -1. */
static ssize_t read_file(const char *id, const char *file, char *bytes, size_t room)
{
    char path[64];

    format_text(path, sizeof(path), "/proc/%s/%s", id, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t count = read(fd, bytes, room - 1);
    close(fd);
    if (count >= 0)
        bytes[count] = '\0';
    return count;
}

/* The first argument of a program mostly begins with its whole name, where stat has cut it. */
static void lengthen_name(const char *id, char name[PROCESS_NAME_CHARS])
{
    char arguments[4096];

    if (strlen(name) < SHORT_NAME_BYTES || read_file(id, "cmdline", arguments, sizeof(arguments)) <= 0)
        return;
    const char *slash = strrchr(arguments, '/');
    const char *whole = slash == NULL ? arguments : slash + 1;
    if (strncmp(whole, name, SHORT_NAME_BYTES) == 0)
        format_text(name, PROCESS_NAME_CHARS, "%s", whole);
}

/* False when there is no such process any more. */
static bool read_process(const char *id, process_entry *process)
{
    char stat[1024], state;
    unsigned flags;

    if (read_file(id, "stat", stat, sizeof(stat)) <= 0)
        return false;
    /* The name stands in parentheses, and may hold blanks and parentheses itself. */
    char *open_mark = strchr(stat, '('), *close_mark = strrchr(stat, ')');
    if (open_mark == NULL || close_mark == NULL)
        return false;
    *close_mark = '\0';
    if (sscanf(close_mark + 1, " %c %lu %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %lu %*d %llu",
               &state, &process->parent_id, &flags, &process->threads, &process->start_time) != 5)
        return false;
    /* A zombie has ended; only its parent has not asked for its exit status yet. */
    if (state == 'Z' || state == 'X')
        return false;

    process->id = strtoul(id, NULL, 10);
    process->is_system = process->id == 1 || (flags & KERNEL_THREAD) != 0;
    process->is_chosen = false;
    format_text(process->name, PROCESS_NAME_CHARS, "%s", open_mark + 1);
    lengthen_name(id, process->name);
    return true;
}

bool take_process_table(process_table *table)
{
    DIR *directory = opendir("/proc");
    const struct dirent *file;

    table->entries = NULL;
    table->count = 0;
    if (directory == NULL) {
        report_error("opendir(/proc)");
        return false;
    }
    while ((file = readdir(directory)) != NULL) {
        if (!isdigit((unsigned char)file->d_name[0]))
            continue;
        process_entry *entries = realloc(table->entries, (table->count + 1) * sizeof(*entries));
        if (entries == NULL) {
            report_error("realloc");
            free(table->entries);
            closedir(directory);
            return false;
        }
        table->entries = entries;
        if (read_process(file->d_name, &entries[table->count]))
            table->count++;
    }
    closedir(directory);
    link_processes(table);
    return true;
}

bool is_same_name(const char *name, const char *wanted)
{
    return strcmp(name, wanted) == 0;
}

bool is_part_of_name(const char *name, const char *part)
{
    return strstr(name, part) != NULL;
}

unsigned long own_process_id(void)
{
    return (unsigned long)getpid();
}
