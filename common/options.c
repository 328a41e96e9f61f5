/*
 * options.c - the command line of every program. Usage line, help and checks come from one description.
 */
#include <stdlib.h>

#include "companion.h"

static const option_spec help_option = {.name = _T("--help"), .help = _T("show this help")};

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

static void print_help(const TCHAR *about, const TCHAR *operands, const option_spec *options)
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

static const option_spec *find_option(const option_spec *options, const TCHAR *typed, size_t typed_chars)
{
    for (const option_spec *option = options; option->name != NULL; option++) {
        if (_tcslen(option->name) == typed_chars && _tcsncmp(option->name, typed, typed_chars) == 0)
            return option;
    }
    if (_tcslen(help_option.name) == typed_chars && _tcsncmp(help_option.name, typed, typed_chars) == 0)
        return &help_option;
    return NULL;
}

/*
 * How many letters must be added, dropped or changed to make `name` of what was typed (the Levenshtein
 * distance). row[n] is the answer for the letters of `typed` seen so far and the first n of `name`.
 */
static size_t distance(const TCHAR *typed, size_t typed_chars, const TCHAR *name)
{
    size_t row[32];
    size_t name_chars = _tcslen(name);

    if (name_chars >= sizeof(row) / sizeof(row[0]))
        return name_chars;
    /* A beginning misses nothing but the end: "--time" is nearer to --timeout than to --name. */
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

static _Noreturn void die_unknown(const option_spec *options, const TCHAR *operands, const TCHAR *typed,
                                  size_t typed_chars)
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

    /* With more than half of the letters wrong, it is a guess and no help. */
    if (nearest_distance <= (_tcslen(nearest->name) - _tcslen(_T("--"))) / 2)
        die_usage(_T("unknown option '%.*s', did you mean %s?"), (int)typed_chars, typed, nearest->name);
    if (operands != NULL)
        die_usage(_T("unknown option '%.*s'; if it is no option, put -- before it"), (int)typed_chars, typed);
    die_usage(_T("unknown option '%.*s'"), (int)typed_chars, typed);
}

static void set_value(const option_spec *option, const TCHAR *value)
{
    if (option->text != NULL) {
        *option->text = value;
    } else if (option->list != NULL) {
        if (option->list->count == option->list->room)
            die_usage(_T("%s: '%s' is one too many; it may be given %d times"), option->name, value,
                      option->list->room);
        option->list->texts[option->list->count++] = value;
    } else if (!parse_number(value, option->minimum, option->maximum, option->number)) {
        die_usage(_T("%s: '%s' is not a whole number from %lu to %lu"), option->name, value, option->minimum,
                  option->maximum);
    }
}

/* Checks the operands against their description, word by word: NAME, [NAME], NAME... or [NAME...]. */
static void check_operands(const TCHAR *description, int count, TCHAR *operands[])
{
    int taken = 0;

    for (const TCHAR *word = description; *word != _T('\0');) {
        size_t name_chars = _tcscspn(word, _T(" ."));

        if (taken == count && word[0] != _T('['))
            die_usage(_T("%.*s is missing"), (int)name_chars, word);
        if (word[name_chars] == _T('.'))
            return; /* takes all the rest */
        if (taken < count)
            taken++;
        word += name_chars;
        if (word[0] == _T(' '))
            word++;
    }
    if (taken < count)
        die_usage(_T("unexpected '%s'"), operands[taken]);
}

/* A "-" alone means standard input to many programs, and "-5" is a number. */
static bool is_option(const TCHAR *argument)
{
    return argument[0] == _T('-') && argument[1] != _T('\0') && !(argument[1] >= _T('0') && argument[1] <= _T('9'));
}

int parse_options(int argc, TCHAR *argv[], const TCHAR *about, const TCHAR *operands, const option_spec *options)
{
    int count = 0;
    bool options_ended = false;

    for (int i = 1; i < argc; i++) {
        TCHAR *argument = argv[i];

        if (options_ended || !is_option(argument)) {
            argv[++count] = argument;
            continue;
        }
        if (_tcscmp(argument, _T("--")) == 0) {
            options_ended = true;
            continue;
        }

        size_t name_chars = _tcscspn(argument, _T("="));
        const TCHAR *value = argument[name_chars] == _T('=') ? argument + name_chars + 1 : NULL;
        const option_spec *option = find_option(options, argument, name_chars);

        if (option == NULL)
            die_unknown(options, operands, argument, name_chars);
        if (takes_value(option)) {
            /* "--name --count 3" forgot the name. Who means it writes --name=--count. */
            if (value == NULL && (i + 1 == argc || _tcsncmp(argv[i + 1], _T("--"), 2) == 0))
                die_usage(_T("%s: %s is missing"), option->name, option->value_name);
            set_value(option, value != NULL ? value : argv[++i]);
        } else if (value != NULL) {
            die_usage(_T("%s: takes no value, but '%s' is given"), option->name, value);
        } else if (option == &help_option) {
            print_help(about, operands, options);
            exit(0);
        } else {
            *option->flag = true;
        }
    }

    argv[count + 1] = NULL;
    check_operands(operands != NULL ? operands : _T(""), count, argv + 1);
    return count;
}

bool parse_number(const TCHAR *text, unsigned long minimum, unsigned long maximum, unsigned long *number)
{
    unsigned long value = 0;

    if (text[0] == _T('\0'))
        return false;

    /* Not strtoul: that one takes blanks, a sign (-1 becomes the largest number) and "12abc". */
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
