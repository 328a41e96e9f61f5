/*
 * table_view.c - compares two tables of a process, and prints the result.
 *
 * Shows   Which rows of a handle table are new, gone or changed since the last look.
 * With    HandleTable.c
 */
#include <stdlib.h>

#include "table_view.h"

static bool is_same_object(const handle_row *old, const handle_row *new)
{
    return old->hValue == new->hValue &&_tcscmp(old->type, new->type) == 0 &&
           _tcscmp(old->name == NULL ? _T("") : old->name, new->name == NULL ? _T("") : new->name) == 0;
}

static bool is_equal(const handle_row *old, const handle_row *new)
{
    return old->usage_count == new->usage_count && old->is_inheritable == new->is_inheritable &&
           old->is_protected == new->is_protected && old->access == new->access;
}

/* The row of the same handle in another table, or NULL. */
static const handle_row *find_row(const handle_table *table, const handle_row *row)
{
    for (size_t i = 0; i < table->count; i++) {
        if (is_same_object(&table->rows[i], row))
            return &table->rows[i];
    }
    return NULL;
}

static const TCHAR *mark_of(const handle_row *row, const handle_table *before)
{
    const handle_row *old = before == NULL ? row : find_row(before, row);

    return old == NULL ? _T("+") : is_equal(old, row) ? _T(" ") : _T("*");
}

bool has_changed(const handle_table *now, const handle_table *before)
{
    bool hasChanged = now->count != before->count;

    for (size_t i = 0; i < now->count && !hasChanged; i++)
        hasChanged = mark_of(&now->rows[i], before)[0] != _T(' ');
    return hasChanged;
}

void keep_interesting(handle_table *table)
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

void print_table(const process *target, const handle_table *now, const handle_table *before)
{
    size_t unread = 0;

    print(_T("%s, process %lu: %lu handles\n"), target->name, target->id, (DWORD)now->count);
    print_handle_header();
    for (size_t i = 0; i < now->count; i++) {
        print_handle_row(mark_of(&now->rows[i], before), &now->rows[i]);
        unread += now->rows[i].type[0] == _T('\0');
    }
    for (size_t i = 0; before != NULL && i < before->count; i++) {
        if (find_row(now, &before->rows[i]) == NULL)
            print_handle_row(_T("-"), &before->rows[i]);
    }
    if (unread > 0)
        report(_T("%lu of them (?) could not be read: the process does not let them be duplicated"), (DWORD)unread);
    if (now->missing > 0)
        report(_T("%lu more were not found"), (DWORD)now->missing);
}

void clear_screen(void)
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
