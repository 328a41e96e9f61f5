/*
 * process_names.c - how Linux compares the names of programs: byte by byte.
 *
 * Shows   A file name is a row of bytes; "A" and "a" are two names.
 * With    process_tree.c, kill_tree.c
 * Win32   process_names.c
 */
#include <string.h>

#include "../shared/process_table.h"

bool is_same_name(const char *name, const char *wanted)
{
    return strcmp(name, wanted) == 0;
}

bool is_part_of_name(const char *name, const char *part)
{
    return strstr(name, part) != NULL;
}
