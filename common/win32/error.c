/* error.c - what went wrong: the call, its error number, the number's name, and the system's words for it. */
#include <stdlib.h>

#include "internal.h"

static DWORD failure_base;

/* Windows has words for its error numbers but not their names, by which they are looked up in its manual. */
static const struct {
    DWORD number;
    const TCHAR *name;
} error_names[] = {
#define NAME(error)                                                                                                    \
    {                                                                                                                  \
        error, _T(#error)                                                                                              \
    }
    NAME(ERROR_INVALID_FUNCTION),
    NAME(ERROR_FILE_NOT_FOUND),
    NAME(ERROR_PATH_NOT_FOUND),
    NAME(ERROR_TOO_MANY_OPEN_FILES),
    NAME(ERROR_ACCESS_DENIED),
    NAME(ERROR_INVALID_HANDLE),
    NAME(ERROR_NOT_ENOUGH_MEMORY),
    NAME(ERROR_BAD_ENVIRONMENT),
    NAME(ERROR_BAD_FORMAT),
    NAME(ERROR_INVALID_ACCESS),
    NAME(ERROR_INVALID_DATA),
    NAME(ERROR_OUTOFMEMORY),
    NAME(ERROR_INVALID_DRIVE),
    NAME(ERROR_NOT_SAME_DEVICE),
    NAME(ERROR_NO_MORE_FILES),
    NAME(ERROR_WRITE_PROTECT),
    NAME(ERROR_NOT_READY),
    NAME(ERROR_BAD_LENGTH),
    NAME(ERROR_WRITE_FAULT),
    NAME(ERROR_READ_FAULT),
    NAME(ERROR_GEN_FAILURE),
    NAME(ERROR_SHARING_VIOLATION),
    NAME(ERROR_LOCK_VIOLATION),
    NAME(ERROR_HANDLE_EOF),
    NAME(ERROR_HANDLE_DISK_FULL),
    NAME(ERROR_NOT_SUPPORTED),
    NAME(ERROR_REM_NOT_LIST),
    NAME(ERROR_BAD_NETPATH),
    NAME(ERROR_NETWORK_BUSY),
    NAME(ERROR_UNEXP_NET_ERR),
    NAME(ERROR_NETNAME_DELETED),
    NAME(ERROR_NETWORK_ACCESS_DENIED),
    NAME(ERROR_BAD_NET_NAME),
    NAME(ERROR_FILE_EXISTS),
    NAME(ERROR_CANNOT_MAKE),
    NAME(ERROR_INVALID_PARAMETER),
    NAME(ERROR_BROKEN_PIPE),
    NAME(ERROR_DISK_FULL),
    NAME(ERROR_CALL_NOT_IMPLEMENTED),
    NAME(ERROR_SEM_TIMEOUT),
    NAME(ERROR_INSUFFICIENT_BUFFER),
    NAME(ERROR_INVALID_NAME),
    NAME(ERROR_MOD_NOT_FOUND),
    NAME(ERROR_PROC_NOT_FOUND),
    NAME(ERROR_WAIT_NO_CHILDREN),
    NAME(ERROR_DIR_NOT_EMPTY),
    NAME(ERROR_BAD_PATHNAME),
    NAME(ERROR_BUSY),
    NAME(ERROR_ALREADY_EXISTS),
    NAME(ERROR_BAD_EXE_FORMAT),
    NAME(ERROR_ENVVAR_NOT_FOUND),
    NAME(ERROR_FILENAME_EXCED_RANGE),
    NAME(ERROR_BAD_PIPE),
    NAME(ERROR_PIPE_BUSY),
    NAME(ERROR_NO_DATA),
    NAME(ERROR_PIPE_NOT_CONNECTED),
    NAME(ERROR_MORE_DATA),
    NAME(WAIT_TIMEOUT),
    NAME(ERROR_NO_MORE_ITEMS),
    NAME(ERROR_DIRECTORY),
    NAME(ERROR_NOT_OWNER),
    NAME(ERROR_TOO_MANY_POSTS),
    NAME(ERROR_PARTIAL_COPY),
    NAME(ERROR_INVALID_ADDRESS),
    NAME(ERROR_PIPE_CONNECTED),
    NAME(ERROR_PIPE_LISTENING),
    NAME(ERROR_OPERATION_ABORTED),
    NAME(ERROR_IO_INCOMPLETE),
    NAME(ERROR_IO_PENDING),
    NAME(ERROR_NOACCESS),
    NAME(ERROR_CANNOT_IMPERSONATE),
    NAME(ERROR_FILE_INVALID),
    NAME(ERROR_NO_UNICODE_TRANSLATION),
    NAME(ERROR_CANCELLED),
    NAME(ERROR_NOT_FOUND),
    NAME(ERROR_BAD_USERNAME),
    NAME(ERROR_PRIVILEGE_NOT_HELD),
    NAME(ERROR_LOGON_FAILURE),
    NAME(ERROR_NO_SYSTEM_RESOURCES),
    NAME(ERROR_WORKING_SET_QUOTA),
    NAME(ERROR_COMMITMENT_LIMIT),
    NAME(ERROR_TIMEOUT),
    NAME(ERROR_USER_MAPPED_FILE),
    NAME(RPC_S_SERVER_UNAVAILABLE),
    NAME(RPC_S_INVALID_BINDING),
    NAME(WSAEACCES),
    NAME(WSAEADDRINUSE),
    NAME(WSAEADDRNOTAVAIL),
    NAME(WSAENETUNREACH),
    NAME(WSAECONNABORTED),
    NAME(WSAECONNRESET),
    NAME(WSAETIMEDOUT),
    NAME(WSAECONNREFUSED),
    NAME(WSAEHOSTUNREACH),
    NAME(WSAHOST_NOT_FOUND),
#undef NAME
};

const TCHAR *error_name(DWORD number)
{
    for (size_t i = 0; i < sizeof(error_names) / sizeof(error_names[0]); i++) {
        if (error_names[i].number == number)
            return error_names[i].name;
    }
    return NULL;
}

/* The system's words for an error, on one line. */
static void error_text(DWORD number, TCHAR *text, DWORD text_chars)
{
    DWORD chars =
        FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK, NULL,
                      number, 0, text, text_chars, NULL);
    if (chars == 0)
        format_text(text, text_chars, _T("(the system has no words for it)"));
    while (chars > 0 && (text[chars - 1] == _T(' ') || text[chars - 1] == _T('\n') || text[chars - 1] == _T('\r')))
        text[--chars] = _T('\0');
}

/* format_alloc for arguments at hand. */
static TCHAR *compose(const TCHAR *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    TCHAR *text = format_alloc(format, arguments);
    va_end(arguments);
    return text;
}

/* Prints "PROGRAM: message", harmless and in one write, so that lines of several programs do not mix. */
static void write_report(TCHAR *message)
{
    TCHAR *line = compose(_T("%s: %s\n"), program_name(), printable(message));
    fflush(stdout);
    write_text(STD_ERROR_HANDLE, line);
    free(line);
}

static void write_error(const TCHAR *call, va_list arguments)
{
    DWORD error = GetLastError();
    const TCHAR *name = error_name(error);
    TCHAR text[512];

    error_text(error, text, 512);
    TCHAR *what = format_alloc(call, arguments);
    TCHAR *message =
        compose(_T("%s: error %lu%s%s: %s"), what, error, name ? _T(" ") : _T(""), name ? name : _T(""), text);
    write_report(message);

    free(message);
    free(what);
    SetLastError(error);
}

void set_failure_base(DWORD base)
{
    failure_base = base;
}

void report(const TCHAR *format, ...)
{
    DWORD error = GetLastError();
    va_list arguments;
    va_start(arguments, format);
    TCHAR *message = format_alloc(format, arguments);
    va_end(arguments);

    write_report(message);
    free(message);
    SetLastError(error);
}

void report_error(const TCHAR *call, ...)
{
    va_list arguments;
    va_start(arguments, call);
    write_error(call, arguments);
    va_end(arguments);
}

void die_error(const TCHAR *call, ...)
{
    va_list arguments;
    va_start(arguments, call);
    write_error(call, arguments);
    va_end(arguments);
    exit((int)(failure_base + STATUS_FAILED));
}

void die_usage(const TCHAR *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    TCHAR *message = format_alloc(format, arguments);
    va_end(arguments);

    report(_T("%s (%s --help shows the usage)"), message, program_name());
    free(message);
    exit((int)(failure_base + STATUS_USAGE));
}
