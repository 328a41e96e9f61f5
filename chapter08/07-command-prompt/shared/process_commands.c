/*
 * process_commands.c - lp and kp, the commands of the prompt's own for processes (book 8-10).
 *
 * Shows   The sources of ListProcess and KillProcess, of the lesson before, at work in another program.
 * With    builtins.c
 */
#include "../../06-process-list/shared/process_table.h"
#include "prompt.h"

#define KILL_GRACE_MS 2000

/* Where a word stands among the arguments, it is taken out. */
static bool take_flag(int *count, TCHAR *words[], const TCHAR *flag)
{
    for (int i = 1; i < *count; i++) {
        if (_tcscmp(words[i], flag) == 0) {
            for (int next = i; next < *count; next++)
                words[next] = words[next + 1];
            --*count;
            return true;
        }
    }
    return false;
}

unsigned long run_lp(int count, TCHAR *words[])
{
    bool is_tree = take_flag(&count, words, _T("--tree")), is_json = take_flag(&count, words, _T("--json"));

    if (!has_arguments(count, words, 0, 1))
        return STATUS_USAGE;
    return (unsigned long)list_processes(words[1], is_tree, is_json);
}

unsigned long run_kp(int count, TCHAR *words[])
{
    kill_options options = {false, false, false, false, KILL_GRACE_MS};

    options.all = take_flag(&count, words, _T("--all"));
    options.tree = take_flag(&count, words, _T("--tree"));
    options.dry_run = take_flag(&count, words, _T("--dry-run"));
    options.force = take_flag(&count, words, _T("--force"));
    if (!has_arguments(count, words, 1, count))
        return STATUS_USAGE;
    return (unsigned long)kill_processes(count - 1, words + 1, &options);
}
