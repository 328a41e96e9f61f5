/*
 * Unit test of the guard of KillProcess: the id of a process that has ended may belong to another one by now. Here that
 * other one is this test, so it asks for a dry run.
 */
#include <stdlib.h>

#include "../../chapter08/06-process-list/shared/process_table.h"
#include "check.h"

int _tmain(int argc, TCHAR *argv[])
{
    const kill_options careful = {false, false, true, true, 0};
    process_table table;
    process_entry self = {0};

    (void)argc;
    companion_init(argv[0]);
    CHECK(take_process_table(&table));
    for (size_t i = 0; i < table.count; i++) {
        if (table.entries[i].id == own_process_id())
            self = table.entries[i];
    }
    CHECK(self.id == own_process_id() && self.start_time != 0);

    process_entry began_earlier = self;
    began_earlier.start_time--;
    CHECK(!end_process(&began_earlier, &careful));

    process_entry had_another_name = self;
    format_text(had_another_name.name, PROCESS_NAME_CHARS, _T("Another.exe"));
    CHECK(!end_process(&had_another_name, &careful));

    free(table.entries);
    return checks_done();
}
