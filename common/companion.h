/*
 * companion.h - the helper library of all examples, one header for both sides.
 *
 * Win32 programs see TCHAR as wchar_t (-Dunicode=true) or as char holding UTF-8 (-Dunicode=false);
 * POSIX programs see it as char holding UTF-8. README.md in this folder lists everything here.
 */
#ifndef COMPANION_H
#define COMPANION_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <tchar.h>

#ifdef _WIN32
#include <windows.h>
#endif

/* Lets gcc and clang check formats. They know only formats of char, so the ANSI build is the one that is checked. */
#if defined(__GNUC__) && defined(_WIN32) && !defined(_UNICODE) && defined(__MINGW_PRINTF_FORMAT)
#define PRINTF_LIKE(text, first) __attribute__((format(__MINGW_PRINTF_FORMAT, text, first)))
#elif defined(__GNUC__) && !defined(_WIN32)
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#else
#define PRINTF_LIKE(text, first)
#endif

/* ---- start ---------------------------------------------------------------------------------- */

/*
 * The first call of every program. Takes argv[0], whose last part without ".exe" names the program
 * in messages. Prepares the streams for UTF-8, and, if the stage asks for it, moves the output of a
 * program that another one started into a file of its own (README.md, "Lanes").
 */
void companion_init(const TCHAR *argv0);

/* The program's own name, as companion_init found it. Lives as long as the process. */
const TCHAR *program_name(void);

/*
 * The path of another example, which lies in this program's own folder: partner_path(_T("ChildProcess")). The
 * caller frees it. Whether there is such a file shows when it is started.
 */
TCHAR *partner_path(const TCHAR *program);

#ifndef _WIN32
/*
 * Calls `function` once when the process ends: by exit, Ctrl+C (SIGINT), SIGTERM or SIGHUP. The function may make
 * system calls and nothing else, since it may run in a signal handler. It is for what the system keeps when a process
 * ends, such as queues and shared memory. Windows needs none: it removes an object with the last handle to it.
 */
void run_at_end(void (*function)(void));

/*
 * For a server: from now on print does not end the program when standard output takes no more, as a log on a full disk,
 * but says so now and then on standard error. A reader that has left still ends it.
 */
void go_on_when_output_is_full(void);
#endif

#ifdef _WIN32
/*
 * Adds an argument to a command line for CreateProcess. Takes the command line of an earlier call, or NULL, and gives
 * its replacement, which the caller frees. The child finds the argument in its argv as it was, with blanks and quotes,
 * also an empty one. CreateProcess fails when there are more than 32767 characters.
 */
TCHAR *append_argument(TCHAR *command_line, const TCHAR *argument);

/*
 * For a program and its arguments that somebody else has chosen; words ends with NULL. Where the program is a batch
 * file (.bat, .cmd), CreateProcess starts cmd.exe, which reads the line anew, by other rules than append_argument
 * writes it. Gives the first character in the words that means something to cmd.exe: such a line must not be started,
 * since what is behind that character may become a command. NULL: no batch file, or nothing in its words does harm.
 */
const TCHAR *batch_file_hazard(TCHAR *const words[]);
#endif

/* ---- text ----------------------------------------------------------------------------------- */

/*
 * Prints like _tprintf, at once: to a console as Unicode, to a file or pipe as UTF-8, one call in one
 * write. Ends the program with status 1 when standard output takes no more.
 */
void print(const TCHAR *format, ...) PRINTF_LIKE(1, 2);

/*
 * Prints the bytes of a file or a pipe, at once: unchanged, but at a Windows console as the UTF-8 that they should be,
 * whatever its code page. There a character that is cut at the end waits for its rest in the next call, and what is no
 * UTF-8 appears as U+FFFD. False, with the last error or errno set, when standard output takes no more.
 */
bool print_bytes(const char *bytes, size_t count);

/* Prints `text` only where a person types: when standard input is a console. */
void prompt(const TCHAR *text);

/*
 * Reads one line of any length from standard input, as typed at a console or as UTF-8 from a file or
 * pipe. Gives the line without its line break, or NULL at the end of the input: Ctrl+Z and Enter at a Windows
 * console, Ctrl+D on POSIX, Ctrl+D and Enter at a Linux terminal under Wine, where Ctrl+Z stops the job.
 * The line is good until the next call. Each byte that is not UTF-8, and each NUL, becomes U+FFFD; a
 * byte order mark at the start is left out. For one thread only; do not mix with the C library's stdin.
 */
TCHAR *read_line(void);

/*
 * Makes text from a stranger harmless on a terminal, in place: control characters (all but the tab),
 * line separators, marks that change the writing direction, and broken UTF-8 or UTF-16 become '?'.
 * Returns `text`.
 */
TCHAR *printable(TCHAR *text);

/*
 * The same for text[0 .. chars) as it came from another program: it may lack a terminator, or contain a NUL. Puts the
 * terminator at text[chars], for which there must be room; each NUL before it becomes '?', since it would hide the
 * rest.
 */
TCHAR *printable_chars(TCHAR *text, size_t chars);

/*
 * Formats into buffer[0 .. buffer_chars), always terminated. False when the text did not fit; the
 * buffer then holds its beginning.
 */
bool format_text(TCHAR *buffer, size_t buffer_chars, const TCHAR *format, ...) PRINTF_LIKE(3, 4);

#ifdef _WIN32
/* The bytes that `text` takes without its terminator: what WriteFile wants, where _tcslen counts TCHARs. */
DWORD text_bytes(const TCHAR *text);

/*
 * UTF-8 bytes to a TCHAR string that the caller frees. NULL, with ERROR_NO_UNICODE_TRANSLATION as last
 * error, when the bytes are not UTF-8 or contain a NUL, which would hide the rest.
 */
TCHAR *text_from_utf8(const char *utf8, size_t utf8_bytes);

/* UTF-16, which some calls give in both builds, to a TCHAR string that the caller frees. */
TCHAR *text_from_wide(const wchar_t *wide);

/* A TCHAR string to terminated UTF-8 that the caller frees. Half a surrogate pair becomes U+FFFD. */
char *utf8_from_text(const TCHAR *text);
#endif

/* ---- errors --------------------------------------------------------------------------------- */

/* Exit status of every program: 0 done, STATUS_FAILED a call failed, STATUS_USAGE wrong usage. */
enum { STATUS_FAILED = 1, STATUS_USAGE = 2 };

/*
 * Prints "PROGRAM: message" and a line break on standard error. The message is made printable, so it may quote what
 * a stranger sent. GetLastError and errno stay as they are.
 */
void report(const TCHAR *format, ...) PRINTF_LIKE(1, 2);

/*
 * Says which call failed and why, from GetLastError (POSIX: errno), which it leaves as it was:
 *     MailSender: CreateFile(\\.\mailslot\mailbox): error 2 ERROR_FILE_NOT_FOUND: The system cannot ...
 * Takes the call as a format, so that its argument can be shown: report_error(_T("CreateFile(%s)"), slot).
 */
void report_error(const TCHAR *call, ...) PRINTF_LIKE(1, 2);

/* The same, then ends the program with STATUS_FAILED. */
_Noreturn void die_error(const TCHAR *call, ...) PRINTF_LIKE(1, 2);

/* Says what is wrong with the command line, names --help, and ends the program with STATUS_USAGE. */
_Noreturn void die_usage(const TCHAR *format, ...) PRINTF_LIKE(1, 2);

#ifdef _WIN32
/*
 * For a program whose exit code is its result: from now on `base` is added to STATUS_FAILED and STATUS_USAGE when a
 * function of this library ends the program, so that nobody takes a failure for a result.
 */
void set_failure_base(DWORD base);
#endif

/* ---- options -------------------------------------------------------------------------------- */

/* The values of an option that may be given several times. The caller provides `texts`, with room for `room`. */
typedef struct text_list {
    const TCHAR **texts;
    int room, count;
} text_list;

/* One long option. Exactly one of the four pointers is set; it determines the type. Use the macros below. */
typedef struct option_spec {
    const TCHAR *name;       /* with its dashes: "--timeout" */
    const TCHAR *value_name; /* as in the usage line: "MS"; NULL for a flag */
    const TCHAR *help;
    bool *flag;
    const TCHAR **text;
    text_list *list;
    unsigned long *number;          /* a DWORD on Win32 */
    unsigned long minimum, maximum; /* of a number; of a text: how many characters it has at least */
} option_spec;

/* clang-format off */
#define OPTION_FLAG(name, flag, help)        { _T(name), NULL, _T(help), flag, NULL, NULL, NULL, 0, 0 }
#define OPTION_TEXT(name, value, text, help) { _T(name), _T(value), _T(help), NULL, text, NULL, NULL, 1, 0 }
/* The same for a text that may be empty. */
#define OPTION_LINE(name, value, text, help) { _T(name), _T(value), _T(help), NULL, text, NULL, NULL, 0, 0 }
#define OPTION_LIST(name, value, list, help) { _T(name), _T(value), _T(help), NULL, NULL, list, NULL, 1, 0 }
#define OPTION_NUMBER(name, value, number, minimum, maximum, help) \
    { _T(name), _T(value), _T(help), NULL, NULL, NULL, number, minimum, maximum }
#define OPTIONS_END                          { NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0 }
/* clang-format on */

/*
 * Reads the command line. Options may stand anywhere before "--", as "--name VALUE" or "--name=VALUE"; a
 * VALUE that begins with "--" needs the second form. "-" and "-5" are operands, not options.
 * `about` is one line for --help. `operands` names the operands, for the usage line and for the check:
 * "FROM TO" exactly two, "[FILE]" at most one, "[MESSAGE...]" any number, NULL none.
 * Moves the operands to argv[1], argv[2] ... and gives their number; argv[number + 1] is NULL.
 * Ends the program for --help (status 0) and for anything that it does not understand (STATUS_USAGE).
 */
int parse_options(int argc, TCHAR *argv[], const TCHAR *about, const TCHAR *operands, const option_spec *options);

/*
 * Reads a whole decimal number from minimum to maximum. False when `text` is anything else; `number` then
 * stays as it was.
 */
bool parse_number(const TCHAR *text, unsigned long minimum, unsigned long maximum, unsigned long *number);

/* ---- handles (Win32) ------------------------------------------------------------------------ */

#ifdef _WIN32
/* Room for any handle as text: "0x", 16 digits, terminator. */
#define HANDLE_CHARS 19

/*
 * A handle as text for another process: "0xAC", with as many digits as it needs. printf has no format for a handle;
 * %d would cut off its upper half.
 */
void format_handle(TCHAR text[HANDLE_CHARS], HANDLE handle);

/*
 * The reverse: reads a whole number, hexadecimal after 0x, else decimal, that fits into a HANDLE of this process. False
 * when `text` is anything else. Whether the number is a handle, the caller must find out.
 */
bool parse_handle(const TCHAR *text, HANDLE *handle);
#endif

/* ---- console (Win32) ------------------------------------------------------------------------ */

#ifdef _WIN32
/*
 * How to start a child that a person should see: CREATE_NEW_CONSOLE when a person sits at a Windows
 * console, else 0, since what the child prints to a console that nobody sees is lost. The environment
 * variable COMPANION_CONSOLE (new or same) overrides this.
 */
DWORD child_console_flag(void);
#endif

#endif
