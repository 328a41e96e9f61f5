/*
 * out_of_memory.c - does one thing with the helper library while memory runs out, for the tests to see how it ends.
 *
 * Run     OutOfMemory WHAT N      after N requests for memory all further ones fail
 */
#include <limits.h>
#include <stdlib.h>

static unsigned long requests_left = ULONG_MAX;

static void *failing_realloc(void *memory, size_t bytes)
{
    if (requests_left == 0)
        return NULL;
    requests_left--;
    return realloc(memory, bytes);
}

/* This file stands in for the library's own: all of common/ gets its memory here. */
#define realloc failing_realloc
#include "../common/memory.c"
#undef realloc

#include "json.h"

static void use_memory(const TCHAR *what)
{
    if (_tcscmp(what, _T("print")) == 0)
        print(_T("%s\n"), what);
    else if (_tcscmp(what, _T("read")) == 0)
        read_line();
    else if (_tcscmp(what, _T("report")) == 0)
        report(_T("%s"), what);
    else if (_tcscmp(what, _T("error")) == 0)
        die_error(_T("malloc"));
    else if (_tcscmp(what, _T("usage")) == 0)
        die_usage(_T("%s"), what);
    else if (_tcscmp(what, _T("json")) == 0)
        free(json_string(what));
    else if (_tcscmp(what, _T("partner")) == 0)
        free(partner_path(what));
#ifdef _WIN32
    else if (_tcscmp(what, _T("argument")) == 0)
        free(append_argument(NULL, what));
    else if (_tcscmp(what, _T("utf8")) == 0)
        free(utf8_from_text(what));
    else if (_tcscmp(what, _T("call")) == 0) /* its recorder needs memory, too, when there is a trace */
        SetEvent(NULL);
#endif
}

static void use_memory_at_end(void)
{
    print(_T("the end\n"));
}

int _tmain(int argc, TCHAR *argv[])
{
    unsigned long requests = 0;

    companion_init(argv[0]);
    if (argc != 3 || !parse_number(argv[2], 0, 1000, &requests))
        die_usage(_T("expected WHAT and a number"));
    /* Runs after die_fatal, too, which then must not run once more. */
    atexit(use_memory_at_end);
    requests_left = requests;
    use_memory(argv[1]);
    requests_left = ULONG_MAX;
    return 0;
}
