/*
 * shell.c - reads commands and has them run, one after the other.
 *
 * Shows   What is left of a shell when other parts take lines apart, start programs and have its own commands: a loop.
 * With    CommandShell.c, command_shell.c; builtins.c, jobs.c, pipeline.c, parser.c
 */
#include "shell.h"

#include <stdlib.h>

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

    for (size_t i = 0; i < line->count; i++) {
        command *each = &line->commands[i];
        each->run_builtin = find_builtin(each->words[0]);
        each->words[0] = program_of(each->words[0]);
    }
    /* A command of the shell's own in a pipe becomes a process, too: it has to wait, and may fail, on its own. */
    bool is_alone = line->count == 1 && !line->is_background && first->input == NULL && first->output == NULL;
    if (is_alone && first->run_builtin != NULL)
        last_status = first->run_builtin((int)first->word_count, first->words);
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

/* Words that are apart already, and stay so. */
static void run_words(TCHAR *words[], int count)
{
    command only = {words, (size_t)count, NULL, NULL, false, NULL};
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

void read_shell_options(int argc, TCHAR *argv[], shell_options *shell)
{
    bool runs_words = false, runs_words_first = false;
    *shell = (shell_options){NULL, NULL, NULL, NULL, 0, false};

    const option_spec options[] = {
        OPTION_LINE("-c", "COMMAND", &shell->line, "run this command line, and end with its exit status"),
        OPTION_TEXT("--language", "ko|en", &shell->language, "speak Korean or English (that of the system)"),
        OPTION_FLAG("--run", &runs_words, "run the words behind --, and end"),
        OPTION_FLAG("--run-first", &runs_words_first, "run the words behind --, and go on with what is typed"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int operands = parse_options(argc, argv, _T("Runs the commands that are typed, or those in FILE. Type help there."),
                                 _T("[FILE|WORD...]"), options);
    if (shell->language != NULL && _tcscmp(shell->language, _T("ko")) != 0 && _tcscmp(shell->language, _T("en")) != 0)
        die_usage(_T("--language: '%s' is not ko or en"), shell->language);
    speaks_korean = shell->language != NULL && _tcscmp(shell->language, _T("ko")) == 0;

    if (runs_words || runs_words_first) {
        if (operands == 0)
            die_usage(_T("WORD is missing"));
        shell->words = argv + 1;
        shell->word_count = operands;
        shell->ends_after_words = runs_words;
        return;
    }
    int files = shell->line == NULL ? 1 : 0;
    if (operands > files)
        die_usage(_T("unexpected '%s'"), argv[files + 1]);
    shell->script = argv[1];
}

bool reads_lines(const shell_options *shell)
{
    return shell->line == NULL && !shell->ends_after_words;
}

int run_shell(const shell_options *shell)
{
    if (shell->words != NULL) {
        is_busy = true;
        run_words(shell->words, shell->word_count);
        is_busy = false;
    }
    if (shell->line != NULL)
        run_line(shell->line);
    if (reads_lines(shell))
        run_lines();
    return (int)last_status;
}
