/* handle_internal.h - what handle_table.c and handle_object.c need of each other. */
#ifndef COMPANION_HANDLE_INTERNAL_H
#define COMPANION_HANDLE_INTERNAL_H

#include <winternl.h>

#include "handle_table.h"
#include "internal.h"

typedef NTSTATUS(NTAPI *query_object_function)(HANDLE, OBJECT_INFORMATION_CLASS, PVOID, ULONG, PULONG);
typedef ULONG(NTAPI *to_error_function)(NTSTATUS);

typedef struct ntdll_calls {
    query_object_function query_object; /* NtQueryObject */
    to_error_function to_error;         /* RtlNtStatusToDosError */
} ntdll_calls;

/* Both calls; NULL with the last error set when this system does not have them. */
const ntdll_calls *find_ntdll_calls(void);

/*
 * Fills in what the object behind a handle of this process tells: type, kind, name, access, usage count. Waits
 * limit_ms for the name. False with the last error set when it tells nothing.
 */
bool read_object(const ntdll_calls *ntdll, HANDLE hObject, handle_row *row, DWORD limit_ms);

#define NAME_LIMIT_MS 2000

#endif
