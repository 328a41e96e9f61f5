/*
 * part_adder.c - adds the whole numbers from FROM to TO; its exit status is the sum, of which 8 bits reach the parent.
 *
 * Shows   Of what a program returns from main, 8 bits reach its parent; standard output has no such limit.
 * Run     part_adder [--print] FROM TO
 * With    adder_manager.c, which starts two of it
 * Win32   PartAdder.c
 */
#include <limits.h>

#include "companion.h"

static unsigned long read_number(const char *what, const char *text)
{
    unsigned long number;

    if (!parse_number(text, 0, INT_MAX, &number))
        die_usage("%s: '%s' is not a whole number from 0 to %d", what, text, INT_MAX);
    return number;
}

int main(int argc, char *argv[])
{
    bool prints_sum = false;
    unsigned long sum = 0;

    const option_spec options[] = {
        OPTION_FLAG("--print", &prints_sum, "print the sum; the exit status says only whether there is one"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, "Adds the whole numbers from FROM to TO; the exit status is the sum.", "FROM TO",
                  options);

    unsigned long from = read_number("FROM", argv[1]);
    unsigned long to = read_number("TO", argv[2]);
    if (from > to)
        die_usage("FROM is %lu, but TO is only %lu", from, to);

    for (unsigned long number = from; number <= to; number++) {
        if (number > INT_MAX - sum) {
            report("the sum from %lu to %lu is greater than %d, the greatest one that PartAdder can return", from, to,
                   INT_MAX);
            return STATUS_FAILED;
        }
        sum += number;
    }

    if (prints_sum) {
        print("%lu\n", sum);
        return 0;
    }
    return (int)sum;
}
