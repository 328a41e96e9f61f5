/* Unit test of the tree of processes: parents' ids that lie, rings, and thousands of processes. */
#include <stdlib.h>

#include "../../chapter08/06-process-list/shared/process_table.h"
#include "check.h"

static void add(process_table *table, unsigned long id, unsigned long parent_id, unsigned long long start_time)
{
    process_entry *entry = &table->entries[table->count++];

    entry->id = id;
    entry->parent_id = parent_id;
    entry->start_time = start_time;
}

static size_t place(const process_table *table, unsigned long id)
{
    size_t i = 0;

    while (table->entries[i].id != id)
        i++;
    return i;
}

static bool is_child(const process_table *table, unsigned long id, unsigned long parent_id)
{
    return table->entries[place(table, id)].parent == place(table, parent_id);
}

static bool is_root(const process_table *table, unsigned long id)
{
    return table->entries[place(table, id)].parent == NO_PARENT;
}

int _tmain(int argc, TCHAR *argv[])
{
    enum { MANY = 5000 };
    process_table table = {calloc(MANY, sizeof(process_entry)), 0};

    (void)argc;
    companion_init(argv[0]);
    link_processes(&table);
    CHECK(table.count == 0);

    add(&table, 30, 20, 300);
    add(&table, 0, 0, 0);
    add(&table, 20, 10, 200);
    add(&table, 10, 0, 100);
    add(&table, 40, 99, 400);
    add(&table, 50, 60, 500); /* 60 began later: it has the id of the real parent, which has ended */
    add(&table, 60, 0, 600);
    link_processes(&table);
    CHECK(table.entries[0].id == 0 && table.entries[6].id == 60);
    CHECK(is_child(&table, 30, 20) && is_child(&table, 20, 10) && is_child(&table, 10, 0));
    CHECK(is_root(&table, 0));
    CHECK(is_root(&table, 40));
    CHECK(is_root(&table, 50));
    CHECK(is_below(&table, place(&table, 30), place(&table, 10)));
    CHECK(!is_below(&table, place(&table, 10), place(&table, 30)));
    CHECK(!is_below(&table, place(&table, 30), place(&table, 30)));

    /* Their start times are not known, and they name each other as parents; 3 is the child of one of them. */
    table.count = 0;
    add(&table, 1, 2, 0);
    add(&table, 2, 1, 0);
    add(&table, 3, 2, 0);
    link_processes(&table);
    CHECK(is_root(&table, 1) && is_child(&table, 2, 1) && is_child(&table, 3, 2));

    /* Each process is the child of the one before. */
    table.count = 0;
    for (unsigned long id = MANY; id > 0; id--)
        add(&table, id, id - 1, id);
    link_processes(&table);
    CHECK(is_root(&table, 1) && is_child(&table, MANY, MANY - 1));
    CHECK(is_below(&table, MANY - 1, 0));

    free(table.entries);
    return checks_done();
}
