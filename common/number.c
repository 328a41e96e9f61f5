/* number.c - reads a number, strictly. */
#include "companion.h"

bool parse_number(const TCHAR *text, unsigned long minimum, unsigned long maximum, unsigned long *number)
{
    unsigned long value = 0;

    if (text[0] == _T('\0'))
        return false;

    /* Not strtoul, which accepts blanks, a sign (-1 becomes the largest number) and "12abc". */
    for (; *text != _T('\0'); text++) {
        if (*text < _T('0') || *text > _T('9'))
            return false;

        unsigned long digit = (unsigned long)(*text - _T('0'));

        if (digit > maximum || value > (maximum - digit) / 10)
            return false;
        value = value * 10 + digit;
    }

    if (value < minimum)
        return false;
    *number = value;
    return true;
}
