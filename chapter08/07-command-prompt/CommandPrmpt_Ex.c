/*
 * CommandPrmpt_Ex.c - the command prompt (book: chapter 8, project).
 *
 * Shows   A prompt reads a line, splits it into words and does what the first one says. CreateProcess starts what is no
 *         command of its own; WaitForSingleObject and GetExitCodeProcess see how it ended.
 * Run     CommandPrmpt_Ex [WORD...]
 * With    ListProcess.c and KillProcess.c, whose calls are those of lp and kp; CommandShell.c, the full shell
 * POSIX   command_prompt.c
 */
#include <stdlib.h>

#include "companion.h"

#include <tlhelp32.h>

#define PROMPT_TEXT        _T("Best command prompt>>")
#define COMMAND_LINE_CHARS 32767 /* what CreateProcess takes, with the terminator */
#define GONE_WITHIN_MS     10000

static const TCHAR seps[] = _T(" ,\t\r\n");
static volatile bool isBusy; /* a program runs, and Ctrl+C is meant for it */

/* Windows calls this on a thread of its own. TRUE: handled, the prompt goes on. */
static BOOL WINAPI survive_ctrl_c(DWORD event)
{
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        return FALSE;
    if (!isBusy)
        print(_T("\n%s"), PROMPT_TEXT);
    return TRUE;
}

/*
 * Splits the line in place; a part in quotes is not split. Gives the number of words, or -1 when a quote is not closed.
 * The list, which ends with NULL, has room: each word but the last takes a character and a separator of the line.
 */
static int CmdTokenize(TCHAR *cmdString, TCHAR *cmdTokenList[])
{
    const TCHAR *from = cmdString;
    TCHAR *to = cmdString;
    int tokenNum = 0;
    bool isQuoted = false;

    for (;;) {
        from += _tcsspn(from, seps);
        if (*from == _T('\0'))
            break;
        cmdTokenList[tokenNum++] = to;
        for (; *from != _T('\0') && (isQuoted || _tcschr(seps, *from) == NULL); from++) {
            if (*from == _T('"'))
                isQuoted = !isQuoted;
            else
                *to++ = *from;
        }
        /* Over the separator first: the terminator may take its place. */
        from += *from != _T('\0');
        *to++ = _T('\0');
    }
    cmdTokenList[tokenNum] = NULL;
    return isQuoted ? -1 : tokenNum;
}

/* lp */
static void ListProcessInfo(void)
{
    PROCESSENTRY32 pe32;

    HANDLE hProcessSnap = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (hProcessSnap == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateToolhelp32Snapshot"));
        return;
    }

    pe32.dwSize = sizeof(pe32);
    for (BOOL isFound = Process32First(hProcessSnap, &pe32); isFound; isFound = Process32Next(hProcessSnap, &pe32))
        print(_T("%25s %5lu\n"), printable(pe32.szExeFile), pe32.th32ProcessID);
    if (GetLastError() != ERROR_NO_MORE_FILES)
        report_error(_T("Process32Next"));
    CloseHandle(hProcessSnap);
}

/* Whether the target is this process's id or its name, in any case and with or without ".exe". Never the prompt. */
static bool is_meant(const PROCESSENTRY32 *pe32, const TCHAR *target)
{
    unsigned long id;
    size_t chars = _tcslen(target);

    if (pe32->th32ProcessID == GetCurrentProcessId())
        return false;
    if (parse_number(target, 0, MAXDWORD, &id))
        return pe32->th32ProcessID == id;
    return _tcsicmp(pe32->szExeFile, target) == 0 ||
           (_tcsnicmp(pe32->szExeFile, target, chars) == 0 && _tcsicmp(pe32->szExeFile + chars, _T(".exe")) == 0);
}

static void end_process(PROCESSENTRY32 *pe32)
{
    const TCHAR *name = printable(pe32->szExeFile);
    DWORD id = pe32->th32ProcessID;

    HANDLE hProcess = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, id);
    if (hProcess == NULL) {
        report_error(_T("OpenProcess(%s, process %lu)"), name, id);
        return;
    }
    if (!TerminateProcess(hProcess, 1))
        report_error(_T("TerminateProcess(%s, process %lu)"), name, id);
    else if (WaitForSingleObject(hProcess, GONE_WITHIN_MS) != WAIT_OBJECT_0)
        report(_T("%s (process %lu) is still there %d ms after TerminateProcess"), name, id, GONE_WITHIN_MS);
    else
        print(_T("ended: %s (process %lu)\n"), name, id);
    CloseHandle(hProcess);
}

/* kp */
static void KillProcess(const TCHAR *target)
{
    PROCESSENTRY32 pe32, found;
    int count = 0;

    HANDLE hProcessSnap = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (hProcessSnap == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateToolhelp32Snapshot"));
        return;
    }

    pe32.dwSize = sizeof(pe32);
    for (BOOL isFound = Process32First(hProcessSnap, &pe32); isFound; isFound = Process32Next(hProcessSnap, &pe32)) {
        if (is_meant(&pe32, target)) {
            found = pe32;
            count++;
        }
    }
    if (GetLastError() != ERROR_NO_MORE_FILES)
        report_error(_T("Process32Next"));
    else if (count == 0)
        report(_T("there is no process '%s'"), target);
    else if (count > 1)
        report(_T("'%s' may be any of %d processes; lp shows their ids, and kp takes an id, too"), target, count);
    else
        end_process(&found);
    CloseHandle(hProcessSnap);
}

/* Starts a program with these words behind its name, and waits for its end unless it has a console of its own. */
static void run_program(TCHAR *commandLine, TCHAR *words[], DWORD flags, const TCHAR *name)
{
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    DWORD exitCode = 0;

    /* There may be a million words; a line that has become too long is refused below. */
    while (*words != NULL && _tcslen(commandLine) < COMMAND_LINE_CHARS)
        commandLine = append_argument(commandLine, *words++);

    si.cb = sizeof(si);
    isBusy = true;
    if (_tcslen(commandLine) >= COMMAND_LINE_CHARS) {
        report(_T("this command is too long: Windows takes %d characters at most"), COMMAND_LINE_CHARS - 1);
    } else if (!CreateProcess(NULL, commandLine, NULL, NULL, TRUE, flags, NULL, NULL, &si, &pi)) {
        if (GetLastError() == ERROR_FILE_NOT_FOUND || name[0] == _T('\0'))
            report(_T("'%s' is not a program that can be run."), name);
        else
            report_error(_T("CreateProcess(%s)"), commandLine);
    } else {
        CloseHandle(pi.hThread);
        if (flags == 0) {
            if (WaitForSingleObject(pi.hProcess, INFINITE) != WAIT_OBJECT_0)
                die_error(_T("WaitForSingleObject"));
            if (!GetExitCodeProcess(pi.hProcess, &exitCode))
                die_error(_T("GetExitCodeProcess"));
        }
        CloseHandle(pi.hProcess);
        if (exitCode != 0)
            report(_T("'%s' ended with exit code %lu (0x%lX)"), name, exitCode, exitCode);
    }
    isBusy = false;
    free(commandLine);
}

/* Does what the words say, the first one in any case. True for exit. */
static bool CmdProcessing(int tokenNum, TCHAR *cmdTokenList[])
{
    const TCHAR *command = cmdTokenList[0], *hazard = batch_file_hazard(cmdTokenList);

    if (_tcsicmp(command, _T("exit")) == 0) {
        if (tokenNum == 1)
            print(_T("The command prompt ends.\n"));
        else
            report(_T("usage: exit"));
        return tokenNum == 1;
    }
    if (_tcsicmp(command, _T("echo")) == 0) {
        for (int i = 1; i < tokenNum; i++)
            print(i + 1 < tokenNum ? _T("%s ") : _T("%s"), cmdTokenList[i]);
        print(_T("\n"));
    } else if (_tcsicmp(command, _T("lp")) == 0) {
        ListProcessInfo();
    } else if (_tcsicmp(command, _T("kp")) == 0) {
        if (tokenNum == 2)
            KillProcess(cmdTokenList[1]);
        else
            report(_T("usage: kp NAME|PID"));
    } else if (_tcsicmp(command, _T("start")) == 0) {
        /* Another prompt, which does what follows before it reads a line. */
        TCHAR *path = partner_path(program_name());
        run_program(append_argument(append_argument(NULL, path), _T("--")), cmdTokenList + 1, child_console_flag(),
                    path);
        free(path);
    } else if (hazard != NULL) {
        report(_T("%s is a batch file: cmd.exe reads its arguments as commands, too, and '%c' is no text there"),
               command, *hazard);
    } else {
        run_program(append_argument(NULL, command), cmdTokenList + 1, 0, command);
    }
    return false;
}

int _tmain(int argc, TCHAR *argv[])
{
    const option_spec options[] = {OPTIONS_END};
    TCHAR *cmdString;
    DWORD mode;

    companion_init(argv[0]);
    int tokenNum = parse_options(argc, argv, _T("Runs commands: exit, start, echo, lp, kp, or a program's name."),
                                 _T("[WORD...]"), options);

    /* Not for a script, which Ctrl+C ends. NULL in place of the function would be inherited by the programs. */
    if (GetConsoleMode(GetStdHandle(STD_INPUT_HANDLE), &mode) && !SetConsoleCtrlHandler(survive_ctrl_c, TRUE))
        die_error(_T("SetConsoleCtrlHandler"));

    bool isExit = tokenNum > 0 && CmdProcessing(tokenNum, argv + 1);
    while (!isExit) {
        prompt(PROMPT_TEXT);
        cmdString = read_line();
        if (cmdString == NULL)
            break;
        TCHAR **cmdTokenList = malloc((_tcslen(cmdString) / 2 + 2) * sizeof(*cmdTokenList));
        if (cmdTokenList == NULL)
            die_error(_T("malloc"));
        tokenNum = CmdTokenize(cmdString, cmdTokenList);
        if (tokenNum < 0)
            report(_T("a \" is missing: quotes come in pairs"));
        else if (tokenNum > 0)
            isExit = CmdProcessing(tokenNum, cmdTokenList);
        free(cmdTokenList);
    }
    return 0;
}
