/*
 * pipe_squatter.c - makes the first instance of a pipe and sets how many there may be, until its input ends.
 *
 * Run     PipeSquatter PIPE INSTANCES
 */
#include "companion.h"

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR pipeName[257];
    DWORD instances;

    companion_init(argv[0]);
    if (argc != 3 || !format_text(pipeName, 257, _T("\\\\.\\pipe\\%s"), argv[1]) ||
        !parse_number(argv[2], 1, PIPE_UNLIMITED_INSTANCES, &instances))
        die_usage(_T("expected PIPE INSTANCES"));
    HANDLE hPipe = CreateNamedPipe(pipeName, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, instances,
                                   4096, 4096, 0, NULL);
    if (hPipe == INVALID_HANDLE_VALUE)
        die_error(_T("CreateNamedPipe(%s)"), pipeName);
    /* Its own client: so no other one gets this instance. */
    if (CreateFile(pipeName, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL) == INVALID_HANDLE_VALUE)
        die_error(_T("CreateFile(%s)"), pipeName);
    print(_T("ready\n"));
    read_line();
    return 0;
}
