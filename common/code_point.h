/*
 * code_point.h - reads text character by character, whatever a TCHAR is, and writes UTF-8.
 *
 * The reading is strict: text and bytes may come from a stranger.
 */
#ifndef COMPANION_CODE_POINT_H
#define COMPANION_CODE_POINT_H

#include <stdbool.h>
#include <stddef.h>
#include <tchar.h>
#include <wchar.h>

/* What the functions below give for a unit that is not part of a valid character, and what to write in its place. */
#define BROKEN_CODE_POINT      0xFFFFFFFFUL
#define REPLACEMENT_CODE_POINT 0xFFFDUL

/*
 * Reads the character at `text` and gives the number of its bytes; one byte for a broken one. Characters
 * written longer than needed, surrogates and everything beyond U+10FFFF are broken, as Unicode has it.
 * The bytes must end with a NUL (others may come before it): no character is read past that one.
 */
static inline size_t utf8_next(const char *text, unsigned long *code_point)
{
    static const unsigned long smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *byte = (const unsigned char *)text;
    unsigned long value = byte[0];
    size_t bytes = 1;

    if (value >= 0xF0 && value <= 0xF4) {
        bytes = 4;
        value &= 0x07;
    } else if (value >= 0xE0 && value <= 0xEF) {
        bytes = 3;
        value &= 0x0F;
    } else if (value >= 0xC0 && value <= 0xDF) {
        bytes = 2;
        value &= 0x1F;
    } else if (value >= 0x80) {
        value = BROKEN_CODE_POINT;
    }

    for (size_t i = 1; i < bytes; i++) {
        if ((byte[i] & 0xC0) != 0x80) {
            *code_point = BROKEN_CODE_POINT;
            return 1;
        }
        value = value << 6 | (byte[i] & 0x3FU);
    }

    if (value < smallest[bytes] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        *code_point = BROKEN_CODE_POINT;
        return 1;
    }
    *code_point = value;
    return bytes;
}

#ifdef _WIN32
/* The same for UTF-16: gives the number of units, one for half a surrogate pair, which is broken. */
static inline size_t utf16_next(const wchar_t *text, unsigned long *code_point)
{
    const unsigned long first = text[0];

    if (first < 0xD800 || first > 0xDFFF) {
        *code_point = first;
        return 1;
    }
    if (first > 0xDBFF || text[1] < 0xDC00 || text[1] > 0xDFFF) {
        *code_point = BROKEN_CODE_POINT;
        return 1;
    }
    *code_point = 0x10000UL + ((first & 0x3FFUL) << 10 | (text[1] & 0x3FFUL));
    return 2;
}
#endif

/* The same for a TCHAR string. */
static inline size_t text_next(const TCHAR *text, unsigned long *code_point)
{
#ifdef _UNICODE
    return utf16_next(text, code_point);
#else
    return utf8_next(text, code_point);
#endif
}

/* Writes a valid character as UTF-8 and gives the number of its bytes. */
static inline size_t utf8_put(unsigned long code_point, char utf8[4])
{
    static const unsigned char first_bits[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t bytes = code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;

    for (size_t i = bytes; i > 1; i--) {
        utf8[i - 1] = (char)(0x80 | (code_point & 0x3F));
        code_point >>= 6;
    }
    utf8[0] = (char)(first_bits[bytes] | code_point);
    return bytes;
}

/* Whether a terminal shows the character and does nothing else; false for a broken one. In text.c. */
bool is_harmless(unsigned long code_point);

#endif
