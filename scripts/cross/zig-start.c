/*
 * zig-start.c - the start of a program that zig links with -municode (scripts/cross/zig-cc).
 *
 * zig 0.11 does not know that option: its start-up code calls main, and main's arguments are not wchar_t. As MinGW's
 * own start-up code for wmain does, this asks the C run-time for them. _dowildcard is MinGW's, too: a program says by
 * it whether a star in an argument is a star.
 */
#include <wchar.h>

extern int _dowildcard;
int __wgetmainargs(int *argc, wchar_t ***argv, wchar_t ***environment, int expands_wildcards, int *new_mode);
int wmain(int argc, wchar_t *argv[]);

int main(void)
{
    int argc, new_mode = 0;
    wchar_t **argv, **environment;

    if (__wgetmainargs(&argc, &argv, &environment, _dowildcard, &new_mode) < 0)
        return 255;
    return wmain(argc, argv);
}
