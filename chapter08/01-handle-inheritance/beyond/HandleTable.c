/*
 * HandleTable.c - the handle table of a process, live: what the book draws for 8-1.
 *
 * Shows   A handle is an index into a table of its process; the objects behind it, and how many handles they have.
 * Run     HandleTable [--all] [--watch] [--json] [PID|NAME]
 * With    handle_json.c, find_process.c; common/handles/handle_table.h names the calls that this stands on
 */
#include <stdlib.h>

#include "handle_tool.h"

#define LOOK_AGAIN_MS 250

static bool is_same_object(const handle_row *old, const handle_row *new)
{
    return old->hValue == new->hValue &&_tcscmp(old->type, new->type) == 0 &&
           _tcscmp(old->name == NULL ? _T("") : old->name, new->name == NULL ? _T("") : new->name) == 0;
}

static bool is_changed(const handle_row *old, const handle_row *new)
{
    return old->usage_count != new->usage_count || old->is_inheritable != new->is_inheritable ||
           old->is_protected != new->is_protected || old->access != new->access;
}

/* The mark of a row against the table seen before: "+" new, "*" changed. The rows of both are in order. */
static const TCHAR *mark_of(const handle_row *row, const handle_table *before)
{
    for (size_t i = 0; i < before->count; i++) {
        if (is_same_object(&before->rows[i], row))
            return is_changed(&before->rows[i], row) ? _T("*") : _T(" ");
    }
    return _T("+");
}

static bool contains(const handle_table *table, const handle_row *row)
{
    for (size_t i = 0; i < table->count; i++) {
        if (is_same_object(&table->rows[i], row))
            return true;
    }
    return false;
}

static bool is_news(const handle_table *now, const handle_table *before)
{
    bool isNews = now->count != before->count;

    for (size_t i = 0; i < now->count && !isNews; i++)
        isNews = mark_of(&now->rows[i], before)[0] != _T(' ');
    return isNews;
}

/* Leaves out what the lessons do not deal with. */
static void keep_interesting(handle_table *table)
{
    size_t kept = 0;

    for (size_t i = 0; i < table->count; i++) {
        if (is_interesting(&table->rows[i]))
            table->rows[kept++] = table->rows[i];
        else
            free(table->rows[i].name);
    }
    table->count = kept;
}

static void print_table(const process *target, const handle_table *now, const handle_table *before)
{
    size_t silent = 0;

    print(_T("%s, process %lu: %lu handles\n"), target->name, target->id, (DWORD)now->count);
    print_handle_header();
    for (size_t i = 0; i < now->count; i++) {
        print_handle_row(before == NULL ? _T(" ") : mark_of(&now->rows[i], before), &now->rows[i]);
        silent += now->rows[i].type[0] == _T('\0');
    }
    for (size_t i = 0; before != NULL && i < before->count; i++) {
        if (!contains(now, &before->rows[i]))
            print_handle_row(_T("-"), &before->rows[i]);
    }
    if (silent > 0)
        report(_T("%lu of them (?) could not be read: the process keeps them to itself"), (DWORD)silent);
    if (now->missing > 0)
        report(_T("%lu more were not found"), (DWORD)now->missing);
}

/* Puts the next table where the last one was, at a console; in a file they follow each other. */
static void clear_screen(void)
{
    HANDLE hConsole = GetStdHandle(STD_OUTPUT_HANDLE);
    CONSOLE_SCREEN_BUFFER_INFO screen;
    const COORD home = {0, 0};
    DWORD cleared;

    if (!GetConsoleScreenBufferInfo(hConsole, &screen))
        return;
    DWORD cells = (DWORD)screen.dwSize.X * (DWORD)screen.dwSize.Y;
    FillConsoleOutputCharacter(hConsole, _T(' '), cells, home, &cleared);
    FillConsoleOutputAttribute(hConsole, screen.wAttributes, cells, home, &cleared);
    SetConsoleCursorPosition(hConsole, home);
}

int _tmain(int argc, TCHAR *argv[])
{
    bool isAll = false, isWatch = false, isJson = false;
    handle_table before = {NULL, 0, 0}, now;

    const option_spec options[] = {
        OPTION_FLAG("--all", &isAll, "show registry keys, directories and the like, too"),
        OPTION_FLAG("--watch", &isWatch, "show it again at each change, marked: + new, - gone, * changed"),
        OPTION_FLAG("--json", &isJson, "print one line of JSON for each table"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    int operands = parse_options(argc, argv, _T("Shows the handles of a process, by id or name (this one)."),
                                 _T("[PID|NAME]"), options);
    if (isWatch && operands == 0)
        die_usage(_T("--watch: of which process? Its PID or NAME is missing"));

    process target = open_target(operands == 0 ? NULL : argv[1]);
    for (bool isFirst = true;; isFirst = false) {
        if (!read_handle_table(target.hProcess, &now))
            die_error(_T("GetProcessHandleCount(%lu)"), target.id);
        if (!isAll)
            keep_interesting(&now);

        if (isFirst || is_news(&now, &before)) {
            if (isWatch && !isJson)
                clear_screen();
            if (isJson)
                print_json(&target, &now);
            else
                print_table(&target, &now, isFirst ? NULL : &before);
        }
        free_handle_table(&before);
        before = now;
        if (!isWatch)
            break;

        if (WaitForSingleObject(target.hProcess, LOOK_AGAIN_MS) != WAIT_TIMEOUT) {
            report(_T("%s has ended"), target.name);
            break;
        }
    }
    free_handle_table(&before);
    return 0;
}
