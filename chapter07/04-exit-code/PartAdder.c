/*
 * PartAdder.c - its exit code is the sum of the numbers from FROM to TO (book: chapter 7, section 03, listing 7-4).
 *
 * Shows   What a program returns from main is its exit code, a number of 32 bits.
 * Run     PartAdder FROM TO
 * With    AdderManager.c, which starts two of it
 * POSIX   part_adder.c
 */
#include <limits.h>

#include "companion.h"

/*
 * 1 and 2 are sums here, so a failure ends with this plus STATUS_FAILED or STATUS_USAGE. No sum is as great: they end
 * at INT_MAX, 0x7FFFFFFF. In the system's own error codes, such as 0xC0000005 for an access violation, the two
 * uppermost bits are set; the third one is set in codes of applications only.
 */
#define FAILURE_BASE 0xE0000000UL

static DWORD read_number(const TCHAR *what, const TCHAR *text)
{
    DWORD number;

    if (!parse_number(text, 0, INT_MAX, &number))
        die_usage(_T("%s: '%s' is not a whole number from 0 to %d"), what, text, INT_MAX);
    return number;
}

int _tmain(int argc, TCHAR *argv[])
{
    const option_spec options[] = {OPTIONS_END};
    DWORD sum = 0;

    companion_init(argv[0]);
    set_failure_base(FAILURE_BASE);
    parse_options(argc, argv, _T("Adds the whole numbers from FROM to TO. Prints nothing: the exit code is the sum."),
                  _T("FROM TO"), options);

    DWORD from = read_number(_T("FROM"), argv[1]);
    DWORD to = read_number(_T("TO"), argv[2]);
    if (from > to)
        die_usage(_T("FROM is %lu, but TO is only %lu"), from, to);

    for (DWORD number = from; number <= to; number++) {
        if (number > INT_MAX - sum) {
            report(_T("the sum from %lu to %lu is greater than %d, the greatest one an exit code may be here"), from,
                   to, INT_MAX);
            return (int)(FAILURE_BASE + STATUS_FAILED);
        }
        sum += number;
    }
    return (int)sum;
}
