/*
 * PipeChild.c - answers each line of its standard input in upper case.
 *
 * Shows   A child need not know that it has pipes: it reads its standard input and writes its standard output.
 * Run     PipeChild [--as-is]
 * With    PipeParent.c, which starts it
 * POSIX   pipe_child.c
 */
#include "companion.h"
#include "pipe_error.h"

#define CHUNK_BYTES 65536

/* Passes every byte on, in large chunks. False when the reader of the output has closed its end. */
static bool pass_on(HANDLE hFrom, HANDLE hTo)
{
    char bytes[CHUNK_BYTES];
    DWORD bytesRead, bytesWritten;

    for (;;) {
        if (!ReadFile(hFrom, bytes, sizeof(bytes), &bytesRead, NULL)) {
            if (is_pipe_closed())
                return true;
            die_error(_T("ReadFile"));
        }
        /* 0 bytes: the end of a file. In a pipe that is still open, somebody has written 0 bytes. */
        if (bytesRead == 0 && !PeekNamedPipe(hFrom, NULL, 0, NULL, NULL, NULL))
            return true;
        for (DWORD done = 0; done < bytesRead; done += bytesWritten) {
            if (!WriteFile(hTo, bytes + done, bytesRead - done, &bytesWritten, NULL)) {
                if (is_pipe_closed())
                    return false;
                die_error(_T("WriteFile"));
            }
        }
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    bool passesAll = false;
    TCHAR *line;

    const option_spec options[] = {
        OPTION_FLAG("--as-is", &passesAll, "pass every byte on as it is, in large chunks"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Answers each line of its input in upper case."), NULL, options);

    if (passesAll)
        return pass_on(GetStdHandle(STD_INPUT_HANDLE), GetStdHandle(STD_OUTPUT_HANDLE)) ? 0 : STATUS_FAILED;

    /* print writes each line at once; the C library would collect 4096 bytes first when its output is a pipe. */
    while ((line = read_line()) != NULL)
        print(_T("%s\n"), CharUpper(line));
    return 0;
}
