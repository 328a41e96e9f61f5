/*
 * CommandShell.c - the full shell: pipes, files, jobs, history, scripts (not in the book).
 *
 * Shows   What a shell asks of the system beside starting programs: where its lines come from, which language the user
 *         speaks, and what Ctrl+C ends. It is made of parts; the lesson's page has a map of them.
 * Run     CommandShell [-c COMMAND] [--language ko|en] [FILE]
 * With    shell.c, builtins.c, jobs.c, pipeline.c, launch.c
 * POSIX   command_shell.c
 */
#include "launch.h"

/* Windows calls this on a thread of its own. TRUE: handled, the shell goes on. */
static BOOL WINAPI survive_ctrl_c(DWORD event)
{
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        return FALSE;
    if (!is_busy)
        print(_T("\n%s"), PROMPT_TEXT);
    return TRUE;
}

static HANDLE open_for_reading(const TCHAR *name)
{
    SECURITY_ATTRIBUTES inheritable = {sizeof(inheritable), NULL, TRUE};

    HANDLE hFile =
        CreateFile(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, &inheritable, OPEN_EXISTING, 0, NULL);
    if (hFile == INVALID_HANDLE_VALUE)
        die_error(_T("CreateFile(%s)"), name);
    return hFile;
}

static bool is_typed(HANDLE hInput)
{
    DWORD mode;

    return GetConsoleMode(hInput, &mode) != 0;
}

/* Decides what the shell reads, and what the programs read that it starts. */
static void choose_inputs(const TCHAR *script)
{
    if (script != NULL) {
        /* The shell reads the file; programs read what was standard input. */
        if (!SetStdHandle(STD_INPUT_HANDLE, open_for_reading(script)))
            die_error(_T("SetStdHandle"));
    } else if (!is_typed(hProgramInput)) {
        /* Lines from a pipe are all for the shell, which reads ahead: a program would get only some of them. */
        hProgramInput = open_for_reading(_T("NUL"));
    } else if (!SetConsoleCtrlHandler(survive_ctrl_c, TRUE)) {
        /* NULL instead of a function would do, but the children would inherit that, and ignore Ctrl+C. */
        die_error(_T("SetConsoleCtrlHandler"));
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    shell_options shell;

    read_shell_options(argc, argv, &shell);
    if (shell.language == NULL)
        speaks_korean = PRIMARYLANGID(GetUserDefaultUILanguage()) == LANG_KOREAN;
    hProgramInput = standard_stream(STD_INPUT_HANDLE);
    if (reads_lines(&shell))
        choose_inputs(shell.script);
    return run_shell(&shell);
}
