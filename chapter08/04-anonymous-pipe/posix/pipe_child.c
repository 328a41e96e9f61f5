/*
 * pipe_child.c - answers each line of its standard input in upper case.
 *
 * Shows   A child need not know that it has pipes: it reads its standard input and writes its standard output.
 * Run     pipe_child
 * With    pipe_parent.c, which starts it
 * Win32   PipeChild.c
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "companion.h"

int main(int argc, char *argv[])
{
    const char *line;

    const option_spec options[] = {OPTIONS_END};
    companion_init(argv[0]);
    parse_options(argc, argv, "Answers each line of its input in upper case.", NULL, options);
    /* towupper knows the letters of the locale only. Every system has this locale. */
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        die_error("setlocale(C.UTF-8)");

    /* print writes each line at once; the C library would collect 4096 bytes first when its output is a pipe. */
    while ((line = read_line()) != NULL) {
        size_t room = strlen(line) + 1;
        wchar_t *wide = malloc(room * sizeof(*wide));
        if (wide == NULL || mbstowcs(wide, line, room) == (size_t)-1)
            die_error("mbstowcs");
        for (wchar_t *letter = wide; *letter != L'\0'; letter++)
            *letter = (wchar_t)towupper((wint_t)*letter);
        print("%ls\n", wide);
        free(wide);
    }
    return 0;
}
