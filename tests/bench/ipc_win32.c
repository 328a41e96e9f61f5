/* ipc_win32.c - the Win32 side of the benchmark: the child process, the clock, and the list of the mechanisms. */
#include <stdlib.h>

#include "ipc_win32.h"

static PROCESS_INFORMATION pi;

void check(bool isSuccess, const TCHAR *call)
{
    if (!isSuccess)
        die_error(_T("%s"), call);
}

bool start_child(const mechanism *chosen, const TCHAR *address, const TCHAR *size)
{
    STARTUPINFO si = {0};
    TCHAR *program = partner_path(program_name());
    TCHAR *command_line = append_argument(NULL, program);

    command_line = append_argument(command_line, _T("--child"));
    command_line = append_argument(command_line, address);
    command_line = append_argument(command_line, chosen->name);
    command_line = append_argument(command_line, size);
    si.cb = sizeof(si);
    check(CreateProcess(program, command_line, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi), _T("CreateProcess"));
    free(command_line);
    free(program);
    return false;
}

void pin_process(unsigned long core)
{
    check(SetProcessAffinityMask(GetCurrentProcess(), (DWORD_PTR)1 << core), _T("SetProcessAffinityMask"));
}

void join_child(void)
{
    WaitForSingleObject(pi.hProcess, INFINITE);
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);
}

double now_us(void)
{
    LARGE_INTEGER count, per_second;

    QueryPerformanceCounter(&count);
    QueryPerformanceFrequency(&per_second);
    return (double)count.QuadPart * 1e6 / (double)per_second.QuadPart;
}

void make_address(TCHAR address[ADDRESS_CHARS], const TCHAR *prefix)
{
    format_text(address, ADDRESS_CHARS, _T("%scompanion-bench-%lu-%lu"), prefix, GetCurrentProcessId(), GetTickCount());
}

const mechanism mechanisms[] = {
    {_T("mailslot"), create_mailslot, open_mailslot, send_handle, receive_handle, NULL},
    {_T("anonymous-pipe"), create_pipes, open_pipes, send_handle, receive_handle, NULL},
    {_T("named-pipe"), create_named_pipe, open_named_pipe, send_handle, receive_handle, NULL},
    {_T("shared-memory"), create_section, open_section, send_section, receive_section, NULL},
    {_T("memory-map"), create_file_section, open_section, send_section, receive_section, remove_file_section},
    {_T("socket"), create_socket, open_socket, send_socket, receive_socket, NULL},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
