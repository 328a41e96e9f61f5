/*
 * table_view.h - how HandleTable.c shows a table: as text with marks for what has changed, or as JSON.
 */
#ifndef TABLE_VIEW_H
#define TABLE_VIEW_H

#include "handle_table.h"

/* The process whose table is shown. */
typedef struct process {
    DWORD id;
    TCHAR name[MAX_PATH]; /* of its program, "MailReceiver.exe" */
} process;

/* Removes the rows of a kind that no lesson deals with. */
void keep_interesting(handle_table *table);

/* Whether a handle has come, gone or changed. */
bool has_changed(const handle_table *now, const handle_table *before);

/* Prints a table. With the one before, marks its rows: "+" new, "-" gone, "*" changed. */
void print_table(const process *target, const handle_table *now, const handle_table *before);

/* Prints a table as one line of JSON. */
void print_json(const process *target, const handle_table *table);

/* At a console, erases the screen, so that the next table takes the place of the last one. */
void clear_screen(void);

#endif
