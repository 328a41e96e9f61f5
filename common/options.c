/*
 * options.c - reads the command line of a program. Usage line, help and checks come from one description.
 */
#include <stdlib.h>

#include "internal.h"

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

static void set_value(const option_spec *option, const TCHAR *value)
{
    /* A script's variable that has no value. As a name it would stand for a folder of names, or for nothing. */
    if (value[0] == _T('\0') && option->number == NULL && option->minimum > 0)
        die_usage(_T("%s: %s is empty"), option->name, option->value_name);
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
            die_unknown_option(options, operands, argument, name_chars);
        if (option->value_name != NULL) {
            /* In "--name --count 3" the name was forgotten. A value that begins with -- needs --name=VALUE. */
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
