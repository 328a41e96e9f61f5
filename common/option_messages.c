/* option_messages.c - what a program says about its options: the help, and the refusal of an unknown one. */
#include "internal.h"

const option_spec help_option = {.name = _T("--help"), .help = _T("show this help")};

static bool takes_value(const option_spec *option)
{
    return option->value_name != NULL;
}

static void print_option(const option_spec *option, size_t width)
{
    const TCHAR *value_name = takes_value(option) ? option->value_name : _T("");
    int padding = (int)(width - _tcslen(option->name));

    print(_T("  %s %-*s  %s\n"), option->name, padding, value_name, option->help);
}

void print_help(const TCHAR *about, const TCHAR *operands, const option_spec *options)
{
    size_t width = _tcslen(help_option.name);

    print(_T("Usage: %s"), program_name());
    for (const option_spec *option = options; option->name != NULL; option++) {
        size_t value_chars = 0;

        if (takes_value(option)) {
            value_chars = _tcslen(option->value_name);
            print(_T(" [%s %s]%s"), option->name, option->value_name, option->list != NULL ? _T("...") : _T(""));
        } else {
            print(_T(" [%s]"), option->name);
        }
        if (width < _tcslen(option->name) + value_chars)
            width = _tcslen(option->name) + value_chars;
    }
    if (operands != NULL)
        print(_T(" %s"), operands);
    print(_T("\n%s\n\nOptions:\n"), about);

    for (const option_spec *option = options; option->name != NULL; option++)
        print_option(option, width);
    print_option(&help_option, width);
}

/*
 * How many letters must be added, removed or changed to get `name` from what was typed (the Levenshtein
 * distance). row[n] is the distance between the letters of `typed` so far and the first n of `name`.
 */
static size_t distance(const TCHAR *typed, size_t typed_chars, const TCHAR *name)
{
    size_t row[32];
    size_t name_chars = _tcslen(name);

    if (name_chars >= sizeof(row) / sizeof(row[0]))
        return name_chars;
    /* The beginning of a name lacks only the end: "--time" is nearer to --timeout than to --name. */
    if (typed_chars > _tcslen(_T("--")) && _tcsncmp(typed, name, typed_chars) == 0)
        return 1;

    for (size_t n = 0; n <= name_chars; n++)
        row[n] = n;
    for (size_t i = 0; i < typed_chars; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t n = 1; n <= name_chars; n++) {
            size_t best = diagonal + (typed[i] != name[n - 1]);

            diagonal = row[n];
            if (best > row[n] + 1)
                best = row[n] + 1;
            if (best > row[n - 1] + 1)
                best = row[n - 1] + 1;
            row[n] = best;
        }
    }
    return row[name_chars];
}

void die_unknown_option(const option_spec *options, const TCHAR *operands, const TCHAR *typed, size_t typed_chars)
{
    const option_spec *nearest = &help_option;
    size_t nearest_distance = distance(typed, typed_chars, help_option.name);

    for (const option_spec *option = options; option->name != NULL; option++) {
        size_t option_distance = distance(typed, typed_chars, option->name);

        if (option_distance < nearest_distance) {
            nearest = option;
            nearest_distance = option_distance;
        }
    }

    /* If more than half of the letters are wrong, the suggestion would not help. */
    if (nearest_distance <= (_tcslen(nearest->name) - _tcslen(_T("--"))) / 2)
        die_usage(_T("unknown option '%.*s', did you mean %s?"), (int)typed_chars, typed, nearest->name);
    if (operands != NULL)
        die_usage(_T("unknown option '%.*s'; if it is no option, put -- before it"), (int)typed_chars, typed);
    die_usage(_T("unknown option '%.*s'"), (int)typed_chars, typed);
}
