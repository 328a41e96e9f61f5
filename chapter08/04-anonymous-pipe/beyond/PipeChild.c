/*
 * PipeChild.c - answers each line of its standard input in upper case.
 *
 * Shows   That a child need not know of pipes: it reads its standard input and writes its standard output.
 * Run     PipeChild [--as-is]
 * With    PipeParent.c, which starts it
 * POSIX   pipe_child.c
 */
#include "companion.h"
#include "pipe_copy.h"

int _tmain(int argc, TCHAR *argv[])
{
    bool isAsIs = false;
    TCHAR *line;

    const option_spec options[] = {
        OPTION_FLAG("--as-is", &isAsIs, "pass every byte on as it is, in large chunks"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Answers each line of its input in upper case."), NULL, options);

    if (isAsIs)
        return copy_bytes(GetStdHandle(STD_INPUT_HANDLE), GetStdHandle(STD_OUTPUT_HANDLE)) ? 0 : STATUS_FAILED;

    /* print hands each line on at once; the C library would keep it until there are 4096 bytes. */
    while ((line = read_line()) != NULL)
        print(_T("%s\n"), CharUpper(line));
    return 0;
}
