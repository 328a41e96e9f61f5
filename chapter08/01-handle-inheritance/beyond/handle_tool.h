/*
 * handle_tool.h - the parts of HandleTable.
 */
#ifndef HANDLE_TOOL_H
#define HANDLE_TOOL_H

#include "handle_table.h"

typedef struct process {
    DWORD id;
    TCHAR name[MAX_PATH]; /* of its program, "MailReceiver.exe" */
    HANDLE hProcess;
} process;

/* Opens the process that a number or a program's name means; NULL means this one. Ends the program if there is none. */
process open_target(const TCHAR *id_or_name);

/* Prints a table as one line of JSON. */
void print_json(const process *target, const handle_table *table);

#endif
