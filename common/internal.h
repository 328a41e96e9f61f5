/*
 * internal.h - what the files of common/ need of each other, layer by layer, from the lowest upward.
 *
 * A file calls only files of lower layers; README.md has the table, and tests/test_layers.py checks it.
 */
#ifndef COMPANION_INTERNAL_H
#define COMPANION_INTERNAL_H

#include "companion.h"

/* ---- fatal: fixed buffers and one write; calls no other file of ours and needs no memory -------- */

/* Sets the program's name from argv[0]: without its folder and without ".exe". */
void set_program_name(const TCHAR *argv0);

/*
 * Prints "PROGRAM: message" on standard error and ends the program with STATUS_FAILED. For what the layers below
 * report cannot report: no memory, a text that cannot be converted.
 */
_Noreturn void die_fatal(const TCHAR *format, ...) PRINTF_LIKE(1, 2);

#ifdef _WIN32
/* The same message, and the program goes on to its end, which has begun. */
void report_fatal(const TCHAR *format, ...) PRINTF_LIKE(1, 2);
#endif

/*
 * Ends the program with STATUS_FAILED or STATUS_USAGE; set_failure_base moves both. Calls exit, or _Exit within a
 * function that exit itself has called.
 */
_Noreturn void end_program(int status);

/* ---- memory: the only file that asks for it ----------------------------------------------------- */

/* malloc and realloc that end the program, with a message, when there is no memory left. */
void *allocate(size_t bytes);
void *reallocate(void *memory, size_t bytes);

/* ---- text and encoding -------------------------------------------------------------------------- */

/* Formats like vsprintf into memory that the caller frees. */
TCHAR *format_alloc(const TCHAR *format, va_list arguments) PRINTF_LIKE(1, 0);

#ifdef _WIN32
/*
 * UTF-8 to terminated UTF-16 that the caller frees; NULL when `flags` is strict and the bytes are not UTF-8. Puts the
 * number of units into *chars, unless it is NULL: there may be NULs among them.
 */
wchar_t *wide_from_utf8(const char *utf8, size_t bytes, DWORD flags, size_t *chars);

/* Terminated UTF-16 to terminated UTF-8 that the caller frees. Half a surrogate pair becomes U+FFFD. */
char *utf8_from_wide(const wchar_t *wide);
#endif

/* ---- write -------------------------------------------------------------------------------------- */

#ifdef _WIN32
bool is_console(HANDLE hStream);

/*
 * Writes `text` to the standard stream `which` (STD_OUTPUT_HANDLE, STD_ERROR_HANDLE) at once, as Unicode
 * to a console, else as UTF-8. Succeeds without writing when the process has no such stream. False with the
 * last error set when the stream takes no more.
 */
bool write_text(DWORD which, const TCHAR *text);

/* The same for bytes of UTF-8, in which line ends stay as they are. */
bool write_utf8(DWORD which, const char *bytes, size_t count);
#else
/* Writes all bytes, in one write(2) if the system takes them so. False with errno set when it takes no more. */
bool write_all(int fd, const char *bytes, size_t count);
#endif

/* ---- error -------------------------------------------------------------------------------------- */

#ifdef _WIN32
/* The name by which an error number is looked up, such as ERROR_FILE_NOT_FOUND, or NULL. */
const TCHAR *error_name(DWORD number);
#endif

/* ---- input -------------------------------------------------------------------------------------- */

/*
 * Reads the next part of standard input, as UTF-8: at most `room` bytes, which must be INPUT_BYTES or more. 0 at the
 * end of the input.
 */
#define INPUT_BYTES 4096
size_t read_input(char *bytes, size_t room);

/* ---- options ------------------------------------------------------------------------------------ */

/* --help, which every program has. */
extern const option_spec help_option;

/* What --help prints. */
void print_help(const TCHAR *about, const TCHAR *operands, const option_spec *options);

/* Refuses what was typed, with the most similar option where there is one. Ends the program with STATUS_USAGE. */
_Noreturn void die_unknown_option(const option_spec *options, const TCHAR *operands, const TCHAR *typed,
                                  size_t typed_chars);

/* ---- console, lane ------------------------------------------------------------------------------ */

#ifdef _WIN32
/* From now on a crash says where it was, and by which exception. */
void report_crashes(void);

/* Waits for Enter where this process is the only one at its console, which would vanish with it. */
void keep_own_console_open(void);
#endif

/* Moves the output of a process that another example started into files of its own, if the stage asks for it. */
void open_lane(void);

#endif
