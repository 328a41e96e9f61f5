/*
 * PassHandle.c - two ways to tell a child the number of a handle without a file (not in the book).
 *
 * Shows   An argument reaches exactly one child. An environment variable reaches its children, too, where the number is
 *         wrong. Neither leaves anything behind, and two parents in one folder do not disturb each other.
 * Run     PassHandle [--name NAME] [--by WAY] MESSAGE...
 * With    MailReceiver of 7-2, started before this one; TakeHandle.c, which it starts
 * POSIX   inherit_parent.c
 */
#include <stdlib.h>

#include "companion.h"

#define HANDLE_VARIABLE _T("INHERITED_MAILSLOT")

/* Opens a mailslot to send, with a handle that a child may inherit. */
static HANDLE open_inheritable(const TCHAR *name)
{
    TCHAR slotName[MAX_PATH];
    SECURITY_ATTRIBUTES sa = {sizeof(sa), NULL, TRUE};

    if (!format_text(slotName, MAX_PATH, _T("\\\\.\\mailslot\\%s"), name))
        die_usage(_T("--name: a slot's whole name has less than %d characters"), MAX_PATH);

    HANDLE hMailSlot = CreateFile(slotName, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, &sa, OPEN_EXISTING,
                                  FILE_ATTRIBUTE_NORMAL, NULL);
    if (hMailSlot == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateFile(%s)"), slotName);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: start MailReceiver first, with the same --name"));
        exit(STATUS_FAILED);
    }
    return hMailSlot;
}

int _tmain(int argc, TCHAR *argv[])
{
    const TCHAR *name = _T("mailbox"), *way = _T("argument");
    TCHAR value[HANDLE_CHARS];
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    DWORD exitCode;

    const option_spec options[] = {
        OPTION_TEXT("--name", "NAME", &name, "send to the mailslot NAME (mailbox)"),
        OPTION_TEXT("--by", "WAY", &way, "tell the child the number by argument or environment (argument)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int messages = parse_options(argc, argv, _T("Has TakeHandle send each MESSAGE through a handle that it inherits."),
                                 _T("MESSAGE..."), options);
    bool isArgument = _tcscmp(way, _T("argument")) == 0;
    if (!isArgument && _tcscmp(way, _T("environment")) != 0)
        die_usage(_T("--by: '%s' is neither argument nor environment"), way);

    HANDLE hMailSlot = open_inheritable(name);
    format_handle(value, hMailSlot);

    TCHAR *command = append_argument(NULL, _T("TakeHandle"));
    if (isArgument)
        command = append_argument(append_argument(command, _T("--handle")), value);
    else if (!SetEnvironmentVariable(HANDLE_VARIABLE, value))
        die_error(_T("SetEnvironmentVariable(%s)"), HANDLE_VARIABLE);
    command = append_argument(command, _T("--"));
    for (int i = 1; i <= messages; i++)
        command = append_argument(command, argv[i]);

    si.cb = sizeof(si);
    if (!CreateProcess(NULL, command, NULL, NULL, TRUE, child_console_flag(), NULL, NULL, &si, &pi))
        die_error(_T("CreateProcess(%s)"), command);
    /* The child has a copy of the environment. No other child of this process shall find the number. */
    if (!isArgument && !SetEnvironmentVariable(HANDLE_VARIABLE, NULL))
        die_error(_T("SetEnvironmentVariable(%s, NULL)"), HANDLE_VARIABLE);

    if (WaitForSingleObject(pi.hProcess, INFINITE) != WAIT_OBJECT_0)
        die_error(_T("WaitForSingleObject(TakeHandle)"));
    if (!GetExitCodeProcess(pi.hProcess, &exitCode))
        die_error(_T("GetExitCodeProcess(TakeHandle)"));
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);
    CloseHandle(hMailSlot);
    free(command);
    return exitCode == 0 ? 0 : STATUS_FAILED;
}
