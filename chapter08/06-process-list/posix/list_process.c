/*
 * list_process.c - lists the processes of this moment.
 *
 * Shows   opendir and readdir on /proc: a folder for each process, named by its id. There is no snapshot: processes
 *         come and go while we read.
 * Run     list_process [FILTER]
 * With    proc_stat.c; process_tree.c shows who started whom
 * Win32   ListProcess.c
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
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

static bool read_process(const char *id, process_entry *process)
{
    char text[4096];

    if (!read_proc_file(id, "stat", text, sizeof(text)) || !parse_stat(text, process))
        return false;
    if (may_be_cut(process) && read_proc_file(id, "cmdline", text, sizeof(text)))
        lengthen_name(process, text);
    return true;
}

/* Whether a process has the filter as its id, or in its name. */
static bool passes(const process_entry *process, const char *filter)
{
    unsigned long id;

    if (filter == NULL)
        return true;
    if (parse_number(filter, 0, 4294967295UL, &id))
        return process->id == id;
    return strstr(process->name, filter) != NULL;
}

int main(int argc, char *argv[])
{
    process_entry process;
    const struct dirent *folder;
    bool has_printed = false;
    const option_spec options[] = {OPTIONS_END};

    companion_init(argv[0]);
    parse_options(argc, argv, "Lists all processes, or those with FILTER as their id or in their name.", "[FILTER]",
                  options);
    const char *filter = argv[1];

    DIR *proc = opendir("/proc");
    if (proc == NULL)
        die_error("opendir(/proc)");

    /* At the end readdir gives NULL and leaves errno alone. */
    while (errno = 0, (folder = readdir(proc)) != NULL) {
        if (!isdigit((unsigned char)folder->d_name[0]) || !read_process(folder->d_name, &process))
            continue;
        if (passes(&process, filter)) {
            print("%25s %5lu\n", shown_name(&process), process.id);
            has_printed = true;
        }
    }
    if (errno != 0)
        die_error("readdir(/proc)");
    closedir(proc);

    if (!has_printed)
        report("no process has '%s' as its id or in its name", filter);
    return has_printed ? 0 : STATUS_FAILED;
}
