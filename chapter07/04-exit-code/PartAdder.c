/*
 * PartAdder.c - adds the whole numbers from FROM to TO; its exit code is the sum (book 7-4).
 *
 * Shows   What a program returns from main is its exit code, a number of 32 bits.
 * Run     PartAdder FROM TO
 * With    AdderManager.c, which starts two of it
 * POSIX   part_adder.c
 */
#include "companion.h"

#include "shared/adder.h"

static DWORD read_number(const TCHAR *what, const TCHAR *text)
{
    DWORD number;

    if (!parse_number(text, 0, ADDER_MAX, &number))
        die_usage(_T("%s: '%s' is not a whole number from 0 to %lu"), what, text, ADDER_MAX);
    return number;
}

int _tmain(int argc, TCHAR *argv[])
{
    const option_spec options[] = {OPTIONS_END};
    DWORD sum = 0;

    companion_init(argv[0]);
    /* Elsewhere 1 and 2 mean a failure. Here they are sums. */
    set_failure_base(ADDER_FAILURE);
    parse_options(argc, argv, _T("Adds the whole numbers from FROM to TO. Prints nothing: the exit code is the sum."),
                  _T("FROM TO"), options);

    DWORD from = read_number(_T("FROM"), argv[1]);
    DWORD to = read_number(_T("TO"), argv[2]);
    if (from > to)
        die_usage(_T("FROM is %lu, but TO is only %lu"), from, to);

    for (DWORD number = from; number <= to; number++) {
        if (number > ADDER_MAX - sum) {
            report(_T("the sum from %lu to %lu is greater than %lu, the greatest one an exit code may be here"), from,
                   to, ADDER_MAX);
            return (int)(ADDER_FAILURE + STATUS_FAILED);
        }
        sum += number;
    }
    return (int)sum;
}
