/*
 * handle_table.h - the handle table of a process, made visible. Win32 only.
 *
 * A table is read number by number, with DuplicateHandle and GetHandleInformation. What is behind a handle comes from
 * NtQueryObject of ntdll.dll, which Microsoft documents under "winternl.h" (learn.microsoft.com) as subject to change.
 * Partly documented are its class 1, the object's name (number and layout as in the headers of System Informer and
 * ReactOS), and DUPLICATE_SAME_ATTRIBUTES (for ZwDuplicateObject, in the driver kit). If a call fails, the functions
 * here report it; no lesson needs them to work.
 *
 * Class 64 of NtQuerySystemInformation gives the handles of all processes at once. It is not used: it is not
 * documented, and it crashes the server of Wine 8.0, and so all programs, while a process is starting.
 */
#ifndef COMPANION_HANDLE_TABLE_H
#define COMPANION_HANDLE_TABLE_H

#include "companion.h"

/* One handle in the table of a process. */
typedef struct handle_row {
    HANDLE hValue;
    TCHAR type[32];       /* the kernel's name for it, "File", "Event"; empty when it could not be read */
    TCHAR kind[16];       /* as programs call it: "mailslot", "pipe", "file", "event"; "?" when unknown */
    TCHAR *name;          /* of the object, "" for none; NULL when it could not be read */
    DWORD access;         /* the rights that this handle gives */
    DWORD usage_count;    /* handles to the object in all processes; 0 when it could not be read */
    bool are_flags_known; /* the next two; under Wine only for this process */
    bool is_inheritable;
    bool is_protected; /* against CloseHandle */
} handle_row;

typedef struct handle_table {
    handle_row *rows; /* by value, ascending */
    size_t count;
    size_t missing; /* further handles that the process has, according to the system, and that were not found */
} handle_table;

/*
 * Reads the table of a process, which takes a handle with PROCESS_DUP_HANDLE and PROCESS_QUERY_LIMITED_INFORMATION, or
 * GetCurrentProcess(). False with the last error set when the system refuses. What the reading itself adds to the usage
 * counts is subtracted. Never waits long: while a thread reads from a pipe, the query for the pipe's name may block, so
 * the name is left out after 2 s.
 */
bool read_handle_table(HANDLE hProcess, handle_table *table);
void free_handle_table(handle_table *table);

/*
 * What one handle of this process is. The value may be any number: false with ERROR_INVALID_HANDLE when it is not a
 * handle. The caller frees row->name.
 */
bool read_handle(HANDLE hObject, handle_row *row);

/*
 * For a number that another process has told: ends the program and says why, unless it is a handle of this process to
 * an object of this kind.
 */
void check_handle(HANDLE hObject, const TCHAR *kind);

/* Whether its kind is one that the lessons are about: mailslot, pipe, file, event, process, thread, section ... */
bool is_interesting(const handle_row *row);

/* The rights in `access` by name, with `separator` between them; those without a name as a number. */
void format_access(const TCHAR *type, DWORD access, const TCHAR *separator, TCHAR *text, size_t text_chars);

/* Prints the line with the columns' names, and one for a handle that begins with `mark`. */
void print_handle_header(void);
void print_handle_row(const TCHAR *mark, const handle_row *row);

/*
 * For programs with --handles. watch_handles(showsHandles) before the program opens anything of its own: what is in
 * the table by then belongs to the run-time, except what was inherited. After that show_handles prints the other
 * interesting handles under a title; it prints nothing after watch_handles(false).
 */
void watch_handles(bool is_wanted);
void show_handles(const TCHAR *title);

#endif
