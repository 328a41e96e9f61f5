/*
 * utf8.h - reads UTF-8 strictly: text where a TCHAR is a char, and bytes from a stranger.
 */
#ifndef COMPANION_UTF8_H
#define COMPANION_UTF8_H

#include <stddef.h>

/* What utf8_next gives for a byte that is no part of a valid character. */
#define UTF8_BROKEN 0xFFFFFFFFUL

/*
 * Reads the character at `text` and gives the number of its bytes; one byte for a broken one. Characters
 * written longer than needed, surrogates and everything beyond U+10FFFF are broken, as Unicode has it.
 * The bytes must end with a NUL (others may come before it): no character goes on over that one.
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
        value = UTF8_BROKEN;
    }

    for (size_t i = 1; i < bytes; i++) {
        if ((byte[i] & 0xC0) != 0x80) {
            *code_point = UTF8_BROKEN;
            return 1;
        }
        value = value << 6 | (byte[i] & 0x3FU);
    }

    if (value < smallest[bytes] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        *code_point = UTF8_BROKEN;
        return 1;
    }
    *code_point = value;
    return bytes;
}

#endif
