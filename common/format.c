/* format.c - formats text into a buffer of the caller's, or into memory. */
#include <errno.h>
#include <limits.h>

#include "internal.h"

bool format_text(TCHAR *buffer, size_t buffer_chars, const TCHAR *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int chars = _vsntprintf(buffer, buffer_chars, format, arguments);
    va_end(arguments);

    /* Windows does not terminate a text that fills the buffer, and does not tell the length that is needed. */
    buffer[buffer_chars - 1] = _T('\0');
    return chars >= 0 && (size_t)chars < buffer_chars;
}

TCHAR *format_alloc(const TCHAR *format, va_list arguments)
{
    TCHAR *text = NULL;
    int saved_errno = errno;

    /* Not _vsctprintf, which tells the length: some versions of it count %s wrongly. */
    for (size_t room = 256; room <= INT_MAX; room *= 2) {
        va_list again;

        text = reallocate(text, room * sizeof(TCHAR));
        errno = 0;
        va_copy(again, arguments);
        int chars = _vsntprintf(text, room, format, again);
        va_end(again);

        if (chars >= 0 && (size_t)chars < room) {
            errno = saved_errno;
            return text;
        }
        if (errno == EILSEQ || errno == EINVAL) /* more room would not help */
            break;
    }
    die_fatal(_T("cannot format '%s'"), format);
}
