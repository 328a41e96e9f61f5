/*
 * aliases.c - short names for two programs of the lesson before, which lie beside the shell.
 *
 * Shows   A command that changes nothing in the shell itself can be a program. So it works in a pipe, too.
 * With    shell.c, builtins.c; ProcessTree.c, KillTree.c, process_tree.c, kill_tree.c
 */
#include "shell.h"

typedef struct alias {
    const TCHAR *name, *usage;
    TCHAR program[16]; /* takes the place of a typed word */
    const TCHAR *english, *korean;
} alias;

/* clang-format off */
static alias aliases[] = {
#ifdef _WIN32
    {_T("kp"), _T("[--all] [--tree] [--dry-run] [--force] NAME|PID..."), _T("KillTree"), _T("end processes"), _T("프로세스를 끝낸다")},
    {_T("lp"), _T("[--tree] [--json] [NAME|PID]"), _T("ProcessTree"), _T("list the processes"), _T("프로세스를 나열한다")},
#else
    {"kp", "[--all] [--tree] [--dry-run] [--force] NAME|PID...", "kill_tree", "end processes", "프로세스를 끝낸다"},
    {"lp", "[--tree] [--json] [NAME|PID]", "process_tree", "list the processes", "프로세스를 나열한다"},
#endif
};
/* clang-format on */

#define ALIAS_COUNT (sizeof(aliases) / sizeof(aliases[0]))

TCHAR *program_of(TCHAR *name)
{
    for (size_t i = 0; i < ALIAS_COUNT; i++) {
        if (_tcscmp(name, aliases[i].name) == 0)
            return aliases[i].program;
    }
    return name;
}

void show_aliases(void)
{
    for (size_t i = 0; i < ALIAS_COUNT; i++)
        print(_T("%s %s\n        %s\n"), aliases[i].name, aliases[i].usage,
              speaks_korean ? aliases[i].korean : aliases[i].english);
}
