/*
 * prompt.c - reads commands and has them run, one after the other (the project of book chapter 8).
 *
 * Shows   What is left of a command prompt when taking lines apart, starting programs and the commands of its own are
 *         done elsewhere: a loop.
 * With    CommandPrmpt_Ex.c, command_prompt.c
 */
#include <stdlib.h>

#include "prompt.h"

bool speaks_korean, is_ending;
unsigned long last_status;
volatile bool is_busy;

/* Starts the programs of the line, and waits for them unless they are for the background. */
static unsigned long run_programs(command_line *line, const TCHAR *text)
{
    running_program *programs = calloc(line->count, sizeof(*programs));
    unsigned long status = STATUS_FAILED;

    if (programs == NULL) {
        report_syntax(SYNTAX_NO_MEMORY);
        return STATUS_FAILED;
    }
    bool is_started = start_programs(line, programs);
    if (is_started && line->is_background) {
        add_job(line, programs, text);
        return 0;
    }
    for (size_t i = 0; is_started && i < line->count; i++) {
        status = wait_for_program(&programs[i]);
        if (status != 0)
            show_status(programs[i].name, status);
    }
    free(programs);
    return status;
}

static void run_commands(command_line *line, const TCHAR *text)
{
    const command *first = &line->commands[0];
    for (size_t i = 0; i < line->count; i++)
        line->commands[i].words[0] = program_of(line->commands[i].words[0]);
    bool is_alone = line->count == 1 && !line->is_background && first->input == NULL && first->output == NULL;

    /* A command of ours in a pipe becomes a process, too: it has to wait, and may fail, on its own. */
    if (is_alone && is_builtin(first->words[0]))
        last_status = run_builtin((int)first->word_count, first->words);
    else
        last_status = run_programs(line, text);
}

static void run_line(const TCHAR *text)
{
    command_line line;
    syntax_error error = parse_command_line(text, &line);

    if (error != SYNTAX_OK) {
        report_syntax(error);
        last_status = STATUS_USAGE;
    } else if (line.count > 0) {
        run_commands(&line, text);
    }
    free_command_line(&line);
}

/* Words that came apart from each other, and stay so. */
static void run_words(TCHAR *words[], int count)
{
    command only = {words, (size_t)count, NULL, NULL, false};
    command_line line = {&only, 1, false, NULL};

    run_commands(&line, words[0]);
}

static void run_lines(void)
{
    const TCHAR *line;

    while (!is_ending) {
        show_ended_jobs();
        prompt(PROMPT_TEXT);
        line = read_line();
        if (line == NULL)
            return;
        remember_line(line);
        is_busy = true;
        run_line(line);
        is_busy = false;
    }
}

int run_prompt(int argc, TCHAR *argv[])
{
    const TCHAR *line = NULL, *language = NULL;
    bool isRun = false, isRunFirst = false;

    const option_spec options[] = {
        OPTION_TEXT("-c", "COMMAND", &line, "run this command line, and end with its exit status"),
        OPTION_TEXT("--language", "ko|en", &language, "speak Korean or English (that of the system)"),
        OPTION_FLAG("--run", &isRun, "run the words behind --, and end"),
        OPTION_FLAG("--run-first", &isRunFirst, "run the words behind --, and go on with what is typed"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int operands = parse_options(argc, argv, _T("Runs the commands that are typed, or those in FILE. Type help there."),
                                 _T("[FILE|WORD...]"), options);
    if (language != NULL && _tcscmp(language, _T("ko")) != 0 && _tcscmp(language, _T("en")) != 0)
        die_usage(_T("--language: '%s' is not ko or en"), language);
    if (!isRun && !isRunFirst && operands > (line == NULL ? 1 : 0))
        die_usage(_T("unexpected '%s'"), argv[line == NULL ? 2 : 1]);
    if ((isRun || isRunFirst) && operands == 0)
        die_usage(_T("WORD is missing"));
    speaks_korean = language == NULL ? does_system_speak_korean() : _tcscmp(language, _T("ko")) == 0;

    if (isRun) {
        run_words(argv + 1, operands);
        return (int)last_status;
    }
    if (line != NULL) {
        run_line(line);
        return (int)last_status;
    }
    if (operands == 1 && !isRunFirst) {
        if (!read_commands_from(argv[1]))
            return STATUS_FAILED;
    } else {
        read_commands_from_input();
        survive_ctrl_c();
    }
    if (isRunFirst) {
        is_busy = true;
        run_words(argv + 1, operands);
        is_busy = false;
    }
    run_lines();
    return (int)last_status;
}
