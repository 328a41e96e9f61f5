/* memory.c - memory, or the end of the program. */
#include <stdlib.h>

#include "internal.h"

void *reallocate(void *memory, size_t bytes)
{
    /* What realloc does for no bytes depends on the system. */
    void *result = realloc(memory, bytes > 0 ? bytes : 1);

    if (result == NULL)
        die_fatal(_T("out of memory: %llu bytes asked for"), (unsigned long long)bytes);
    return result;
}

void *allocate(size_t bytes)
{
    return reallocate(NULL, bytes);
}
