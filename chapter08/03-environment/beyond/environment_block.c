/*
 * environment_block.c - an environment made by hand, as CreateProcess wants it (book 8-9).
 *
 * Shows   The form of an environment block: NAME=VALUE\0NAME=VALUE\0\0, sorted by name without regard to case.
 * With    EnvParent.c
 */
#include <stdlib.h>
#include <string.h>

#include "variable.h"

/* From the parent's environment: Windows' own libraries look for SystemRoot, our programs for the other two. */
static const TCHAR *const needed[] = {_T("SystemRoot"), _T("COMPANION_CONSOLE"), _T("COMPANION_LANE")};

#define NEEDED_COUNT ((int)(sizeof(needed) / sizeof(needed[0])))

/*
 * Compares the names of two pairs as the documentation has it: by Unicode, without regard to case or language.
 * The function for that knows UTF-16 only.
 */
static int compare_names(const TCHAR *left, const TCHAR *right)
{
    int left_chars = (int)_tcscspn(left, _T("=")), right_chars = (int)_tcscspn(right, _T("="));
#ifdef UNICODE
    return CompareStringOrdinal(left, left_chars, right, right_chars, TRUE) - CSTR_EQUAL;
#else
    /* A UTF-16 text has no more characters than its UTF-8 has bytes. */
    wchar_t *wide = malloc(((size_t)left_chars + (size_t)right_chars + 1) * sizeof(wchar_t));
    if (wide == NULL)
        die_error(_T("malloc"));
    int left_wide = MultiByteToWideChar(CP_ACP, 0, left, left_chars, wide, left_chars);
    int right_wide = MultiByteToWideChar(CP_ACP, 0, right, right_chars, wide + left_wide, right_chars);
    int order = CompareStringOrdinal(wide, left_wide, wide + left_wide, right_wide, TRUE) - CSTR_EQUAL;
    free(wide);
    return order;
#endif
}

/* Puts a pair at its place among the `count` sorted ones; one of the same name gives way. Gives the new count. */
static int insert_pair(const TCHAR **pairs, int count, const TCHAR *pair)
{
    int place = count;

    while (place > 0 && compare_names(pairs[place - 1], pair) > 0)
        place--;
    if (place > 0 && compare_names(pairs[place - 1], pair) == 0) {
        pairs[place - 1] = pair;
        return count;
    }
    for (int i = count; i > place; i--)
        pairs[i] = pairs[i - 1];
    pairs[place] = pair;
    return count + 1;
}

/* The pairs one behind the other, each with its terminator, and one more at the end. */
static TCHAR *join(const TCHAR *const *pairs, int count)
{
    size_t chars = 1;
    for (int i = 0; i < count; i++)
        chars += _tcslen(pairs[i]) + 1;

    TCHAR *block = malloc(chars * sizeof(TCHAR));
    if (block == NULL)
        die_error(_T("malloc"));

    TCHAR *end = block;
    for (int i = 0; i < count; i++) {
        size_t pair_chars = _tcslen(pairs[i]) + 1;
        memcpy(end, pairs[i], pair_chars * sizeof(TCHAR));
        end += pair_chars;
    }
    *end = _T('\0');
    return block;
}

TCHAR *environment_block(int count, TCHAR *const pairs[])
{
    const TCHAR **sorted = malloc(((size_t)count + NEEDED_COUNT) * sizeof(*sorted));
    int sorted_count = 0;

    /* The whole of the parent's own environment, "NAME=VALUE" again and again up to an empty string. */
    TCHAR *own = GetEnvironmentStrings();
    if (sorted == NULL || own == NULL)
        die_error(_T("GetEnvironmentStrings"));
    for (const TCHAR *pair = own; *pair != _T('\0'); pair += _tcslen(pair) + 1) {
        for (int i = 0; i < NEEDED_COUNT; i++) {
            if (compare_names(pair, needed[i]) == 0)
                sorted_count = insert_pair(sorted, sorted_count, pair);
        }
    }
    for (int i = 0; i < count; i++)
        sorted_count = insert_pair(sorted, sorted_count, pairs[i]);

    TCHAR *block = join(sorted, sorted_count);
    FreeEnvironmentStrings(own);
    free(sorted);
    return block;
}
