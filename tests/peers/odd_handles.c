/*
 * odd_handles.c - starts a program with standard handles as they are elsewhere: with high values, as under a test
 * runner of Windows; with NUL; with values that are no handles, as programs without a console and services leave them.
 *
 * Run     OddHandles HANDLES PROGRAM [ARGUMENT...]
 *             HANDLES: high all of them; nul standard input; none, bad standard input and error;
 *                      input, output high, and its number stands for each @ and in InheritableHandle.txt
 *
 * No companion_init: the lane of the environment is the program's.
 */
#include <stdlib.h>

#include "companion.h"

#define HIGH_VALUE 0x600 /* above what a program of ours opens; within what is searched where the count is unknown */

/* A duplicate that is inherited in place of the stream's own handle. */
static HANDLE inheritable(DWORD which)
{
    HANDLE hStream = GetStdHandle(which), hCopy = NULL;

    if (!DuplicateHandle(GetCurrentProcess(), hStream, GetCurrentProcess(), &hCopy, 0, TRUE, DUPLICATE_SAME_ACCESS) ||
        !SetHandleInformation(hStream, HANDLE_FLAG_INHERIT, 0))
        exit(EXIT_FAILURE);
    return hCopy;
}

int _tmain(int argc, TCHAR *argv[])
{
    SECURITY_ATTRIBUTES sa = {sizeof(sa), NULL, TRUE};
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    TCHAR *command = NULL, told[HANDLE_CHARS];
    HANDLE hTaken;
    DWORD exitCode = EXIT_FAILURE;

    if (argc < 3)
        return EXIT_FAILURE;
    /* Each event takes the lowest number that is free; those of the duplicates are above them. */
    while ((UINT_PTR)CreateEvent(NULL, FALSE, FALSE, NULL) < HIGH_VALUE)
        ;
    si.cb = sizeof(si);
    si.dwFlags = STARTF_USESTDHANDLES;
    si.hStdInput = inheritable(STD_INPUT_HANDLE);
    si.hStdOutput = inheritable(STD_OUTPUT_HANDLE);
    si.hStdError = inheritable(STD_ERROR_HANDLE);
    if (_tcscmp(argv[1], _T("nul")) == 0)
        si.hStdInput = CreateFile(_T("NUL"), GENERIC_READ, FILE_SHARE_READ, &sa, OPEN_EXISTING, 0, NULL);
    if (_tcscmp(argv[1], _T("none")) == 0)
        si.hStdInput = si.hStdError = NULL;

    format_handle(told, _tcscmp(argv[1], _T("input")) == 0 ? si.hStdInput : si.hStdOutput);
    for (int i = 2; i < argc; i++)
        command = append_argument(command, _tcscmp(argv[i], _T("@")) == 0 ? told : argv[i]);
    if (_tcscmp(argv[1], _T("input")) == 0 || _tcscmp(argv[1], _T("output")) == 0) {
        FILE *file = _tfopen(_T("InheritableHandle.txt"), _T("w"));
        if (file == NULL || _ftprintf(file, _T("%lu\n"), _tcstoul(told, NULL, 16)) < 0 || fclose(file) != 0)
            return EXIT_FAILURE;
    }

    if (!CreateProcess(NULL, command, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &si, &pi))
        return EXIT_FAILURE;
    /* Given numbers that are no handles, Wine tells the program NULL. So these are closed in the program. */
    if (_tcscmp(argv[1], _T("bad")) == 0) {
        DuplicateHandle(pi.hProcess, si.hStdInput, GetCurrentProcess(), &hTaken, 0, FALSE, DUPLICATE_CLOSE_SOURCE);
        DuplicateHandle(pi.hProcess, si.hStdError, GetCurrentProcess(), &hTaken, 0, FALSE, DUPLICATE_CLOSE_SOURCE);
    }
    ResumeThread(pi.hThread);
    WaitForSingleObject(pi.hProcess, INFINITE);
    GetExitCodeProcess(pi.hProcess, &exitCode);
    return (int)exitCode;
}
