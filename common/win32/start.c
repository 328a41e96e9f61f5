/* start.c - the start of every program: its name, its streams, its console. */
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>

#include "internal.h"

#ifdef __MINGW32__
/* Keeps MinGW's start-up code from expanding wildcards in arguments: `--to *` means the star. */
extern int _dowildcard;
int _dowildcard = 0;
#endif

void companion_init(const TCHAR *argv0)
{
    set_program_name(argv0);
    report_crashes();
    open_lane();

#ifdef _UNICODE
    /* For a _tprintf that a student adds: without this mode it drops every letter outside the code page. */
    _setmode(_fileno(stdout), _O_U8TEXT);
    _setmode(_fileno(stderr), _O_U8TEXT);
#endif
    atexit(keep_own_console_open);
}
