/*
 * Unit test of the guard of KillTree: the id of a process that has ended may belong to another one by now. Here that
 * other one is this test, so it asks for a dry run.
 */
#include <stdlib.h>

#include "../../chapter08/06-process-list/shared/process_table.h"
#include "check.h"

/* Functions of the program, which is one file: it is included below, with its main function under another name. */
static bool end_process(const process_entry *process, const kill_options *options);
#ifdef _WIN32
static void take_snapshot(process_table *table);
#define read_processes take_snapshot
#define own_id         GetCurrentProcessId
#else
#include <unistd.h>
static void read_processes(process_table *table);
static unsigned long own_id(void)
{
    return (unsigned long)getpid();
}
#endif
int kill_tree_main(int argc, TCHAR *argv[]);

int _tmain(int argc, TCHAR *argv[])
{
    const kill_options careful = {false, false, true, true, 0};
    process_table table = {NULL, 0};
    process_entry self = {0};
    size_t i = 0;

    (void)argc;
    companion_init(argv[0]);
    read_processes(&table);
    while (i < table.count && table.entries[i].id != own_id())
        i++;
    CHECK(i < table.count);
    if (i < table.count)
        self = table.entries[i];
    CHECK(self.start_time != 0);

    process_entry began_earlier = self;
    began_earlier.start_time--;
    CHECK(!end_process(&began_earlier, &careful));

    process_entry had_another_name = self;
    format_text(had_another_name.name, PROCESS_NAME_CHARS, _T("Another.exe"));
    CHECK(!end_process(&had_another_name, &careful));

    free(table.entries);
    return checks_done();
}

#ifdef _WIN32
#undef read_processes
#undef own_id
#undef _tmain
#define _tmain kill_tree_main
#include "../../chapter08/06-process-list/beyond/KillTree.c"
#else
#define main kill_tree_main
#include "../../chapter08/06-process-list/posix/kill_tree.c"
#endif
