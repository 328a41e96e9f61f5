/* internal.h - what the files of this folder need of each other. */
#ifndef COMPANION_WIN32_INTERNAL_H
#define COMPANION_WIN32_INTERNAL_H

#include "companion.h"

/*
 * Writes `text` to the standard stream `which` (STD_OUTPUT_HANDLE, STD_ERROR_HANDLE) at once, as Unicode
 * to a console, else as UTF-8. A stream that the process does not have takes everything. False with the
 * last error set when the stream takes no more.
 */
bool write_text(DWORD which, const TCHAR *text);

/* Formats like vsprintf into memory of its own, which the caller frees. */
TCHAR *format_alloc(const TCHAR *format, va_list arguments);

/* malloc and realloc that end the program when there is no memory left. */
void *allocate(size_t bytes);
void *reallocate(void *memory, size_t bytes);

bool is_console(HANDLE hStream);

/*
 * Gives a process that another example started output files of its own, where the stage asks for it. True when the
 * stage itself has started this process, with files of its own.
 */
bool open_lane(void);

/* Starts the trace of this process, where COMPANION_TRACE asks for it. Root: the stage has started it. */
void start_trace(bool isRoot);

/* The name by which an error number is looked up, such as ERROR_FILE_NOT_FOUND, or NULL. */
const TCHAR *error_name(DWORD number);

/* Keeps a console that this process has to itself open until Enter is pressed. */
void keep_own_console_open(void);

#endif
