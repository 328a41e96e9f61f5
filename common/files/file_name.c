/* file_name.c - what may stand in a file name that a stranger sends. */
#include "file_name.h"

#include <stdbool.h>
#include <string.h>

#include "code_point.h"

/* A name in code points, whatever its encoding was. */
typedef struct point_list {
    unsigned long points[FILE_NAME_CHARS];
    size_t count;
    size_t utf16_units;
} point_list;

/* Adds a character. Gives why no file name can have it, or NULL. */
static const TCHAR *add_point(point_list *name, unsigned long point)
{
    if (point == BROKEN_CODE_POINT)
        return _T("the name is not UTF-8");
    if (point < 0x20 || (point >= 0x7F && point <= 0x9F))
        return _T("the name has a control character");
    /* The separators of folders, drives and streams, and the characters of patterns. */
    if (point < 0x80 && strchr("/\\:*?\"<>|", (int)point) != NULL)
        return _T("the name has one of / \\ : * ? \" < > |");
    name->utf16_units += point >= 0x10000 ? 2 : 1;
    if (name->utf16_units > FILE_NAME_CHARS)
        return _T("the name has more than 255 characters");
    name->points[name->count++] = point;
    return NULL;
}

/* Whether the first `chars` of the name are `word`, in upper or lower case. */
static bool is_word(const unsigned long *name, size_t chars, const char *word)
{
    if (chars != strlen(word))
        return false;
    for (size_t i = 0; i < chars; i++) {
        unsigned long capital = name[i] >= 'a' && name[i] <= 'z' ? name[i] - ('a' - 'A') : name[i];

        if (capital != (unsigned char)word[i])
            return false;
    }
    return true;
}

/* In the name of a port, the superscripts one, two and three count as digits for Windows. */
static bool is_port_digit(unsigned long point)
{
    return (point >= '0' && point <= '9') || point == 0xB9 || point == 0xB2 || point == 0xB3;
}

/* The devices of DOS are in every folder, with every ending: "nul", "NUL .txt" and "com1.a.b", too. */
static bool is_device(const point_list *name)
{
    static const char *const devices[] = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"};
    size_t stem = 0;

    while (stem < name->count && name->points[stem] != '.')
        stem++;
    while (stem > 0 && name->points[stem - 1] == ' ')
        stem--;
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        if (is_word(name->points, stem, devices[i]))
            return true;
    }
    return stem == 4 && is_port_digit(name->points[3]) &&
           (is_word(name->points, 3, "COM") || is_word(name->points, 3, "LPT"));
}

static const TCHAR *judge(const point_list *name)
{
    if (name->count == 0)
        return _T("the name is empty");
    /* Windows removes these, so another file would be opened. "." and ".." are refused here, too. */
    if (name->points[name->count - 1] == '.' || name->points[name->count - 1] == ' ')
        return _T("the name ends with a dot or a blank");
    if (is_device(name))
        return _T("the name is that of a device");
    return NULL;
}

const TCHAR *utf8_file_name_refusal(const char *name, size_t bytes)
{
    point_list read = {{0}, 0, 0};

    for (size_t used = 0; used < bytes;) {
        unsigned long point;
        used += utf8_next(name + used, &point);

        const TCHAR *refusal = add_point(&read, point);
        if (refusal != NULL)
            return refusal;
    }
    return judge(&read);
}

const TCHAR *file_name_refusal(const TCHAR *name)
{
#ifdef _UNICODE
    point_list read = {{0}, 0, 0};

    while (*name != L'\0') {
        unsigned long point;
        name += utf16_next(name, &point);

        const TCHAR *refusal = point == BROKEN_CODE_POINT ? L"the name is not UTF-16" : add_point(&read, point);
        if (refusal != NULL)
            return refusal;
    }
    return judge(&read);
#else
    return utf8_file_name_refusal(name, strlen(name));
#endif
}
