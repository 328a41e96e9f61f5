/* handle_internal.h - what the files of this folder need of each other, from the lowest upward. */
#ifndef COMPANION_HANDLE_INTERNAL_H
#define COMPANION_HANDLE_INTERNAL_H

#include <windows.h>

#include <winternl.h>

#include "handle_table.h"
#include "internal.h"

/* ---- ntdll.c ---- */

typedef NTSTATUS(NTAPI *query_object_function)(HANDLE, OBJECT_INFORMATION_CLASS, PVOID, ULONG, PULONG);
typedef ULONG(NTAPI *to_error_function)(NTSTATUS);

typedef struct ntdll_calls {
    query_object_function query_object; /* NtQueryObject */
    to_error_function to_error;         /* RtlNtStatusToDosError */
} ntdll_calls;

/* Both calls; NULL with the last error set when this system does not have them. */
const ntdll_calls *find_ntdll_calls(void);

/* The kernel's kind of string as text that the caller frees. */
TCHAR *text_from_unicode_string(const UNICODE_STRING *string);

/* ---- handle_name.c ---- */

#define NAME_LIMIT_MS 2000

/* Whether it is standard input, output or error. */
bool is_standard_handle(HANDLE hValue);

/*
 * Fills in the name of the object, and for a File its kind. Waits `limit_ms` for the name of a File: without an
 * answer row->name stays NULL.
 */
void read_name(const ntdll_calls *ntdll, HANDLE hObject, handle_row *row, DWORD limit_ms);

/* ---- handle_object.c ---- */

/* Fills in what GetHandleInformation has told. */
void set_handle_flags(handle_row *row, DWORD flags);

/*
 * Fills in what the system tells of the object behind a handle of this process: type, kind, name, access, usage
 * count. Waits `limit_ms` for the name. False with the last error set when the system tells nothing.
 */
bool read_object(const ntdll_calls *ntdll, HANDLE hObject, handle_row *row, DWORD limit_ms);

#endif
