/* stream.c - standard input and output: Unicode at a console, UTF-8 in files and pipes. */
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#ifdef __MINGW32__
/* MinGW's start-up code may expand wildcards in arguments. `--to *` means the star. */
extern int _dowildcard;
int _dowildcard = 0;
#endif

static TCHAR own_name[MAX_PATH] = _T("?");

void companion_init(const TCHAR *argv0)
{
    const TCHAR *name = argv0;
    for (const TCHAR *c = argv0; *c != _T('\0'); c++) {
        if (*c == _T('\\') || *c == _T('/') || *c == _T(':'))
            name = c + 1;
    }
    format_text(own_name, MAX_PATH, _T("%s"), name);

    size_t chars = _tcslen(own_name);
    if (chars > 4 && _tcsicmp(own_name + chars - 4, _T(".exe")) == 0)
        own_name[chars - 4] = _T('\0');

    start_trace(open_lane());

#ifdef _UNICODE
    /* For a _tprintf that a student adds: without this mode it drops every letter outside the code page. */
    _setmode(_fileno(stdout), _O_U8TEXT);
    _setmode(_fileno(stderr), _O_U8TEXT);
#endif
    atexit(keep_own_console_open);
}

const TCHAR *program_name(void)
{
    return own_name;
}

bool is_console(HANDLE hStream)
{
    DWORD mode;
    return GetConsoleMode(hStream, &mode) != 0;
}

void *reallocate(void *memory, size_t bytes)
{
    void *result = realloc(memory, bytes);
    if (result == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        die_error(_T("realloc"));
    }
    return result;
}

void *allocate(size_t bytes)
{
    return reallocate(NULL, bytes);
}

/* ---- UTF-8 and TCHAR ------------------------------------------------------------------------ */

/* UTF-8 to UTF-16 that the caller frees, always terminated; NULL when `flags` is strict and it is no UTF-8. */
static wchar_t *wide_from_utf8(const char *utf8, size_t bytes, DWORD flags)
{
    int wide_chars = 0;
    if (bytes > INT_MAX) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        die_error(_T("MultiByteToWideChar"));
    }
    if (bytes > 0) {
        wide_chars = MultiByteToWideChar(CP_UTF8, flags, utf8, (int)bytes, NULL, 0);
        if (wide_chars == 0)
            return NULL;
    }

    wchar_t *wide = allocate(((size_t)wide_chars + 1) * sizeof(wchar_t));
    if (wide_chars > 0)
        MultiByteToWideChar(CP_UTF8, flags, utf8, (int)bytes, wide, wide_chars);
    wide[wide_chars] = L'\0';
    return wide;
}

static char *utf8_from_wide(const wchar_t *wide)
{
    int bytes = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    if (bytes == 0)
        die_error(_T("WideCharToMultiByte"));
    char *utf8 = allocate((size_t)bytes);
    WideCharToMultiByte(CP_UTF8, 0, wide, -1, utf8, bytes, NULL, NULL);
    return utf8;
}

TCHAR *text_from_utf8(const char *utf8, size_t utf8_bytes)
{
    if (memchr(utf8, '\0', utf8_bytes) != NULL) {
        SetLastError(ERROR_NO_UNICODE_TRANSLATION);
        return NULL;
    }
    wchar_t *wide = wide_from_utf8(utf8, utf8_bytes, MB_ERR_INVALID_CHARS);
#ifdef _UNICODE
    return wide;
#else
    if (wide == NULL)
        return NULL;
    free(wide);
    char *copy = allocate(utf8_bytes + 1);
    memcpy(copy, utf8, utf8_bytes);
    copy[utf8_bytes] = '\0';
    return copy;
#endif
}

char *utf8_from_text(const TCHAR *text)
{
#ifdef _UNICODE
    return utf8_from_wide(text);
#else
    size_t bytes = strlen(text) + 1;
    return memcpy(allocate(bytes), text, bytes);
#endif
}

DWORD text_bytes(const TCHAR *text)
{
    return (DWORD)(_tcslen(text) * sizeof(TCHAR));
}

/* ---- output --------------------------------------------------------------------------------- */

static bool write_console(HANDLE hConsole, const wchar_t *text)
{
    size_t left = wcslen(text);
    while (left > 0) {
        DWORD written;
        if (!WriteConsoleW(hConsole, text, (DWORD)left, &written, NULL))
            return false;
        text += written;
        left -= written;
    }
    return true;
}

static bool write_file(HANDLE hFile, const char *utf8)
{
    size_t left = strlen(utf8);
    while (left > 0) {
        DWORD written;
        if (!WriteFile(hFile, utf8, (DWORD)left, &written, NULL))
            return false;
        utf8 += written;
        left -= written;
    }
    return true;
}

/* The text with the line ends of Windows, that the caller frees. */
static TCHAR *with_carriage_returns(const TCHAR *text)
{
    size_t chars = _tcslen(text);
    for (const TCHAR *c = text; (c = _tcschr(c, _T('\n'))) != NULL; c++)
        chars++;

    TCHAR *result = allocate((chars + 1) * sizeof(TCHAR));
    TCHAR *end = result;
    for (; *text != _T('\0'); text++) {
        if (*text == _T('\n'))
            *end++ = _T('\r');
        *end++ = *text;
    }
    *end = _T('\0');
    return result;
}

bool write_text(DWORD which, const TCHAR *text)
{
    HANDLE hStream = GetStdHandle(which);
    if (hStream == NULL || hStream == INVALID_HANDLE_VALUE)
        return true;

    TCHAR *lines = with_carriage_returns(text);
    char *utf8 = utf8_from_text(lines);
    free(lines);

    bool isSuccess;
    if (is_console(hStream)) {
        wchar_t *wide = wide_from_utf8(utf8, strlen(utf8), 0);
        isSuccess = write_console(hStream, wide);
        free(wide);
    } else {
        isSuccess = write_file(hStream, utf8);
    }
    DWORD error = GetLastError();
    free(utf8);
    SetLastError(error);
    return isSuccess;
}

TCHAR *format_alloc(const TCHAR *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int chars = _vsctprintf(format, again);
    va_end(again);
    if (chars < 0) {
        SetLastError(ERROR_INVALID_PARAMETER);
        die_error(_T("_vsctprintf"));
    }

    TCHAR *text = allocate(((size_t)chars + 1) * sizeof(TCHAR));
    _vsntprintf(text, (size_t)chars + 1, format, arguments);
    text[chars] = _T('\0');
    return text;
}

void print(const TCHAR *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    TCHAR *text = format_alloc(format, arguments);
    va_end(arguments);

    fflush(stdout); /* what a student's own _tprintf left there comes first */
    bool isSuccess = write_text(STD_OUTPUT_HANDLE, text);
    free(text);
    if (isSuccess)
        return;

    /* A reader that has seen enough, as `more` or `head`, is no failure worth a message. */
    DWORD error = GetLastError();
    if (error == ERROR_NO_DATA || error == ERROR_BROKEN_PIPE || error == ERROR_PIPE_NOT_CONNECTED)
        exit(STATUS_FAILED);
    die_error(_T("WriteFile(standard output)"));
}

void prompt(const TCHAR *text)
{
    if (is_console(GetStdHandle(STD_INPUT_HANDLE)))
        print(_T("%s"), text);
}

/* ---- input ---------------------------------------------------------------------------------- */

/* Bytes that grow as needed. */
typedef struct byte_buffer {
    char *bytes;
    size_t used, size;
} byte_buffer;

static void append(byte_buffer *buffer, const char *bytes, size_t count)
{
    if (buffer->size - buffer->used < count) {
        buffer->size = 2 * buffer->size + count;
        buffer->bytes = reallocate(buffer->bytes, buffer->size);
    }
    memcpy(buffer->bytes + buffer->used, bytes, count);
    buffer->used += count;
}

/* Appends more of what is typed, up to the end of a line. False at end of input. */
static bool read_console(HANDLE hConsole, byte_buffer *input)
{
    static wchar_t half; /* a surrogate that waits for its other half */
    wchar_t typed[1 + 512 + 1];
    DWORD charsRead;
    size_t first = 0;

    if (half != 0)
        typed[first++] = half;
    half = 0;
    if (!ReadConsoleW(hConsole, typed + first, 512, &charsRead, NULL))
        die_error(_T("ReadConsole"));

    /* Nothing read is Ctrl+C; what it does is up to its handler, on another thread. */
    size_t chars = first + charsRead;
    const wchar_t ctrl_z = 0x1A, ctrl_d = 0x04;
    if (input->used == 0 && chars > 0 && (typed[0] == ctrl_z || typed[0] == ctrl_d))
        return false;
    if (chars > 0 && IS_HIGH_SURROGATE(typed[chars - 1]))
        half = typed[--chars];

    for (size_t i = 0; i < chars; i++) {
        if (typed[i] == L'\0')
            typed[i] = 0xFFFD;
    }
    typed[chars] = L'\0';
    char *utf8 = utf8_from_wide(typed);
    append(input, utf8, strlen(utf8));
    free(utf8);
    return true;
}

static bool read_file(HANDLE hFile, byte_buffer *input)
{
    char bytes[4096];
    DWORD bytesRead;

    if (!ReadFile(hFile, bytes, sizeof(bytes), &bytesRead, NULL)) {
        if (GetLastError() == ERROR_BROKEN_PIPE)
            return false;
        die_error(_T("ReadFile(standard input)"));
    }
    append(input, bytes, bytesRead);
    return bytesRead > 0;
}

/* The first `bytes` of the input as a line: lenient, since what a person typed or piped in must not be lost. */
static TCHAR *line_from_utf8(const char *utf8, size_t bytes)
{
    wchar_t *wide = wide_from_utf8(utf8, bytes, 0);
    if (wide == NULL)
        die_error(_T("MultiByteToWideChar"));
    size_t chars = bytes == 0 ? 0 : (size_t)MultiByteToWideChar(CP_UTF8, 0, utf8, (int)bytes, NULL, 0);
    for (size_t i = 0; i < chars; i++) {
        if (wide[i] == L'\0')
            wide[i] = 0xFFFD;
    }
#ifdef _UNICODE
    return wide;
#else
    char *line = utf8_from_wide(wide);
    free(wide);
    return line;
#endif
}

TCHAR *read_line(void)
{
    static byte_buffer input;
    static bool is_started, is_at_end;
    static TCHAR *line;

    HANDLE hInput = GetStdHandle(STD_INPUT_HANDLE);
    if (hInput == NULL || hInput == INVALID_HANDLE_VALUE)
        return NULL;

    size_t searched = 0;
    const char *line_feed = NULL;
    for (;;) {
        if (input.used > searched)
            line_feed = memchr(input.bytes + searched, '\n', input.used - searched);
        if (line_feed != NULL || is_at_end)
            break;
        searched = input.used;
        is_at_end = is_console(hInput) ? !read_console(hInput, &input) : !read_file(hInput, &input);
    }
    if (line_feed == NULL && input.used == 0)
        return NULL;

    /* PowerShell and editors put a byte order mark in front of UTF-8. */
    size_t start = 0;
    if (!is_started && input.used >= 3 && memcmp(input.bytes, "\xEF\xBB\xBF", 3) == 0)
        start = 3;
    is_started = true;

    size_t end = line_feed != NULL ? (size_t)(line_feed - input.bytes) : input.used;
    size_t taken = line_feed != NULL ? end + 1 : end;
    if (end > start && input.bytes[end - 1] == '\r')
        end--;

    free(line);
    line = line_from_utf8(input.bytes + start, end - start);
    input.used -= taken;
    memmove(input.bytes, input.bytes + taken, input.used);
    return line;
}
