/*
 * CommandPrmpt_Ex.c - the command prompt project, on Win32 (book chapter 8).
 *
 * Shows   What a prompt asks of the system beside starting programs: whose language it speaks, and what Ctrl+C ends.
 * Run     CommandPrmpt_Ex [-c COMMAND] [--language ko|en] [FILE]
 * With    prompt.c, builtins.c, history.c, jobs.c, messages.c, parser.c, tokenizer.c;
 *         launch_win32.c, pipeline_win32.c, start_win32.c
 * POSIX   command_prompt.c
 */
#include <stdlib.h>

#include "beyond/pipeline_win32.h"

static HANDLE hProgramInput;

HANDLE stream(DWORD which)
{
    HANDLE hStream = GetStdHandle(which);

    if (hStream == NULL || hStream == INVALID_HANDLE_VALUE)
        return NULL;
    /* What was handed to us need not be meant for our children. */
    SetHandleInformation(hStream, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    return hStream;
}

static HANDLE open_file(const TCHAR *name)
{
    SECURITY_ATTRIBUTES inheritable = {sizeof(inheritable), NULL, TRUE};

    return CreateFile(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, &inheritable, OPEN_EXISTING, 0, NULL);
}

static bool does_person_type(void)
{
    DWORD mode;

    return GetConsoleMode(GetStdHandle(STD_INPUT_HANDLE), &mode) != 0;
}

HANDLE program_input(void)
{
    return hProgramInput;
}

bool read_commands_from(const TCHAR *file)
{
    HANDLE hFile = open_file(file);

    if (hFile == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateFile(%s)"), file);
        return false;
    }
    return SetStdHandle(STD_INPUT_HANDLE, hFile);
}

void read_commands_from_input(void)
{
    /* Not all of a script would be left for a program that reads it, too: the prompt reads ahead. */
    if (!does_person_type())
        hProgramInput = open_file(_T("NUL"));
}

/* Runs on a thread of its own. TRUE: handled, the prompt lives on. */
static BOOL WINAPI ignore_ctrl_c(DWORD event)
{
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        return FALSE;
    if (!is_busy)
        print(_T("\n%s"), PROMPT_TEXT);
    return TRUE;
}

void survive_ctrl_c(void)
{
    /* A function, not NULL: that one would make the children ignore Ctrl+C, too, for they inherit it. */
    if (does_person_type() && !SetConsoleCtrlHandler(ignore_ctrl_c, TRUE))
        die_error(_T("SetConsoleCtrlHandler"));
}

bool does_system_speak_korean(void)
{
    return PRIMARYLANGID(GetUserDefaultUILanguage()) == LANG_KOREAN;
}

unsigned long change_directory(const TCHAR *directory)
{
    if (directory != NULL) {
        if (SetCurrentDirectory(directory))
            return 0;
        report_error(_T("SetCurrentDirectory(%s)"), directory);
        return STATUS_FAILED;
    }

    DWORD chars = GetCurrentDirectory(0, NULL);
    TCHAR *here = malloc((chars + 1) * sizeof(TCHAR));
    if (here == NULL || GetCurrentDirectory(chars, here) == 0) {
        report_error(_T("GetCurrentDirectory"));
        free(here);
        return STATUS_FAILED;
    }
    print(_T("%s\n"), here);
    free(here);
    return 0;
}

int _tmain(int argc, TCHAR *argv[])
{
    hProgramInput = stream(STD_INPUT_HANDLE);
    return run_prompt(argc, argv);
}
