/*
 * environment_block.c - the order and the form of an environment block.
 *
 * Shows   The form that CreateProcess takes: NAME=VALUE\0NAME=VALUE\0\0, sorted by name without regard to case.
 * With    EnvBlock.c
 */
#include <stdlib.h>
#include <string.h>

#include "environment_block.h"

int compare_names(const TCHAR *left, const TCHAR *right)
{
    int left_chars = (int)_tcscspn(left, _T("=")), right_chars = (int)_tcscspn(right, _T("="));
#ifdef UNICODE
    return CompareStringOrdinal(left, left_chars, right, right_chars, TRUE) - CSTR_EQUAL;
#else
    /* CompareStringOrdinal takes UTF-16 only. A UTF-16 text has no more characters than its UTF-8 has bytes. */
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

int insert_pair(const TCHAR **sorted, int count, const TCHAR *pair)
{
    int place = count;

    while (place > 0 && compare_names(sorted[place - 1], pair) > 0)
        place--;
    if (place > 0 && compare_names(sorted[place - 1], pair) == 0) {
        sorted[place - 1] = pair;
        return count;
    }
    for (int i = count; i > place; i--)
        sorted[i] = sorted[i - 1];
    sorted[place] = pair;
    return count + 1;
}

TCHAR *join_pairs(const TCHAR *const *sorted, int count)
{
    size_t chars = 1;
    for (int i = 0; i < count; i++)
        chars += _tcslen(sorted[i]) + 1;

    TCHAR *block = malloc(chars * sizeof(TCHAR));
    if (block == NULL)
        die_error(_T("malloc"));

    TCHAR *end = block;
    for (int i = 0; i < count; i++) {
        size_t pair_chars = _tcslen(sorted[i]) + 1;
        memcpy(end, sorted[i], pair_chars * sizeof(TCHAR));
        end += pair_chars;
    }
    *end = _T('\0');
    return block;
}
