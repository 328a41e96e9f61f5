/*
 * SortLines.c - sorts the lines of its standard input.
 *
 * Shows   A program that has to read all its input before it can write anything.
 * Run     SortLines
 * With    PipeParent.c, which starts it
 * POSIX   sort(1), which every system has
 */
#include <stdlib.h>
#include <string.h>

#include "companion.h"

/* strcmp orders UTF-8 by code points. In UTF-16 the order of the units is another one. */
static int compare_lines(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void *resize(void *memory, size_t bytes)
{
    memory = realloc(memory, bytes);
    if (memory == NULL)
        die_error(_T("realloc(%lu MB)"), (DWORD)(bytes / 1000000));
    return memory;
}

int _tmain(int argc, TCHAR *argv[])
{
    char **lines = NULL;
    size_t count = 0, room = 0, bytes = 0;
    const TCHAR *line;

    const option_spec options[] = {OPTIONS_END};
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Sorts the lines of its input by their UTF-8 bytes."), NULL, options);

    while ((line = read_line()) != NULL) {
        if (count == room) {
            room = 2 * room + 1024;
            lines = resize(lines, room * sizeof(*lines));
        }
        lines[count] = utf8_from_text(line);
        bytes += strlen(lines[count++]) + 1;
    }
    if (count > 1)
        qsort(lines, count, sizeof(*lines), compare_lines);

    /* One print for all: one write for each line would take longer than the sorting. */
    char *sorted = resize(NULL, bytes + 1), *end = sorted;
    for (size_t i = 0; i < count; i++) {
        size_t line_bytes = strlen(lines[i]);
        memcpy(end, lines[i], line_bytes);
        end += line_bytes;
        *end++ = '\n';
        free(lines[i]);
    }
    TCHAR *text = text_from_utf8(sorted, bytes);
    if (text == NULL)
        die_error(_T("text_from_utf8"));
    print(_T("%s"), text);

    free(text);
    free(sorted);
    free(lines);
    return 0;
}
