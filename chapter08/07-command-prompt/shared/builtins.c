/*
 * builtins.c - the shell's own commands.
 *
 * Shows   Why some commands are no programs: cd and exit change the shell itself, which no other process can.
 * With    shell.c, directory.c, start.c, history.c
 */
#include <stdlib.h>
#include <string.h>

#include "shell.h"

#ifdef _WIN32
#define LEAST_STATUS _T("-2147483648")
#define MOST_STATUS  4294967295UL
#else
#define LEAST_STATUS "0"
#define MOST_STATUS  255UL
#endif

typedef struct builtin {
    const TCHAR *name, *usage;
    builtin_function *run;
    const TCHAR *english, *korean;
} builtin;

/* Whether a command has as many arguments as it takes, and no option. If not, that is reported. */
static bool has_arguments(int count, TCHAR *words[], int least, int most)
{
    if (count > 1 && _tcsncmp(words[1], _T("--"), 2) == 0) {
        report(SAY("%s: unknown option '%s'", "%s: '%s'은(는) 알 수 없는 옵션입니다."), words[0], words[1]);
        return false;
    }
    if (count - 1 < least || count - 1 > most) {
        report(SAY("%s: wrong number of arguments; help shows how it is used",
                   "%s: 인자의 개수가 맞지 않습니다. help를 입력하면 사용법을 볼 수 있습니다."),
               words[0]);
        return false;
    }
    return true;
}

static unsigned long run_cd(int count, TCHAR *words[])
{
    return has_arguments(count, words, 0, 1) ? change_directory(words[1]) : STATUS_USAGE;
}

static unsigned long run_echo(int count, TCHAR *words[])
{
    size_t chars = 1;

    for (int i = 1; i < count; i++)
        chars += _tcslen(words[i]) + 1;
    TCHAR *line = malloc(chars * sizeof(TCHAR)), *end = line;
    if (line == NULL) {
        report_error(_T("malloc"));
        return STATUS_FAILED;
    }
    /* All in one print, so that the lines of several processes do not mix. */
    for (int i = 1; i < count; i++) {
        size_t word_chars = _tcslen(words[i]);
        if (i > 1)
            *end++ = _T(' ');
        memcpy(end, words[i], word_chars * sizeof(TCHAR));
        end += word_chars;
    }
    *end = _T('\0');
    print(_T("%s\n"), line);
    free(line);
    return 0;
}

/*
 * Reads an exit status. On Windows it has 32 bits, which many programs show as a number with a sign: -1 is 0xFFFFFFFF.
 * On POSIX 8 bits of it reach the parent, so no other number is taken.
 */
static bool parse_status(const TCHAR *text, unsigned long *status)
{
#ifdef _WIN32
    if (text[0] == _T('-') && parse_number(text + 1, 1, 2147483648UL, status)) {
        *status = 0UL - *status;
        return true;
    }
#endif
    return parse_number(text, 0, MOST_STATUS, status);
}

static unsigned long run_exit(int count, TCHAR *words[])
{
    unsigned long status = last_status;

    if (!has_arguments(count, words, 0, 1))
        return STATUS_USAGE;
    if (count == 2 && !parse_status(words[1], &status)) {
        report(SAY("exit: '%s' is not a whole number from %s to %lu",
                   "exit: '%s'은(는) %s부터 %lu까지의 정수가 아닙니다."),
               words[1], LEAST_STATUS, MOST_STATUS);
        return STATUS_USAGE;
    }
    print(_T("%s\n"), SAY("The command prompt ends.", "명령어 처리를 종료합니다."));
    is_ending = true;
    return status;
}

/* In a pipe another process does this. It has no history, so it gets the lines as arguments. */
static unsigned long run_history(int count, TCHAR *words[])
{
    for (int i = 1; i < count; i++)
        print(_T("%5d  %s\n"), i, words[i]);
    TCHAR *const *lines = remembered_lines();
    for (int i = 0; lines != NULL && lines[i] != NULL; i++)
        print(_T("%5d  %s\n"), i + 1, lines[i]);
    return 0;
}

static unsigned long run_start(int count, TCHAR *words[])
{
    (void)count;
    return start_shell(words + 1);
}

static unsigned long run_help(int count, TCHAR *words[]);

/* clang-format off */
static const builtin builtins[] = {
    {_T("cd"), _T("[DIRECTORY]"), run_cd, _T("go to a directory, or show where we are"), _T("디렉터리를 옮긴다. 혼자 쓰면 지금 있는 곳을 보여 준다")},
    {_T("echo"), _T("[WORD...]"), run_echo, _T("print the words"), _T("단어들을 출력한다")},
    {_T("exit"), _T("[STATUS]"), run_exit, _T("end the prompt"), _T("명령 프롬프트를 끝낸다")},
    {_T("help"), _T(""), run_help, _T("show this"), _T("이 도움말을 보여 준다")},
    {_T("history"), _T(""), run_history, _T("show what was typed"), _T("입력한 명령을 보여 준다")},
    {_T("start"), _T("[COMMAND...]"), run_start, _T("open another prompt, and run the command there first"), _T("새 프롬프트를 열고 거기서 먼저 명령을 실행한다")},
};
/* clang-format on */

#define BUILTIN_COUNT (sizeof(builtins) / sizeof(builtins[0]))

static unsigned long run_help(int count, TCHAR *words[])
{
    if (!has_arguments(count, words, 0, 0))
        return STATUS_USAGE;
    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        print(_T("%s %s\n        %s\n"), builtins[i].name, builtins[i].usage,
              speaks_korean ? builtins[i].korean : builtins[i].english);
    show_aliases();
    print(_T("%s\n"),
          SAY("Anything else is a program: PROGRAM [WORD...] [< FILE] [| PROGRAM...] [> FILE or >> FILE] [&]",
              "나머지는 모두 프로그램입니다: PROGRAM [WORD...] [< FILE] [| PROGRAM...] [> FILE 또는 >> FILE] [&]"));
    return 0;
}

builtin_function *find_builtin(const TCHAR *name)
{
    for (size_t i = 0; i < BUILTIN_COUNT; i++) {
        if (_tcscmp(name, builtins[i].name) == 0)
            return builtins[i].run;
    }
    return NULL;
}
