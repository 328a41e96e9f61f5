/*
 * spawner.c - starts a process like itself, with the argument "child", every few milliseconds, until it is ended.
 *
 * Run     Spawner [child]      spawner [child]
 */
#include "companion.h"

#ifdef _WIN32
static void start_child(void)
{
    STARTUPINFO si = {0};
    PROCESS_INFORMATION pi;
    TCHAR *path = partner_path(program_name());
    TCHAR *command = append_argument(append_argument(NULL, path), _T("child"));

    si.cb = sizeof(si);
    if (CreateProcess(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &si, &pi)) {
        CloseHandle(pi.hThread);
        CloseHandle(pi.hProcess);
    }
    Sleep(10);
}

static void wait_long(void)
{
    Sleep(60000);
}
#else
#include <time.h>
#include <unistd.h>

static void start_child(void)
{
    const struct timespec moment = {.tv_nsec = 5000000};

    if (fork() == 0) {
        char *path = partner_path(program_name());
        execl(path, path, "child", (char *)NULL);
        _exit(STATUS_FAILED);
    }
    nanosleep(&moment, NULL);
}

static void wait_long(void)
{
    sleep(60);
}

#define _tmain main
#endif

int _tmain(int argc, TCHAR *argv[])
{
    companion_init(argv[0]);
    if (argc > 1) {
        wait_long();
        return 0;
    }
    print(_T("process starts\n"));
    for (int i = 0; i < 1000; i++)
        start_child();
    return 0;
}
