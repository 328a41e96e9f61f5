/*
 * ring_text.c - a message of the ring as text of the reader (Win32).
 *
 * Shows   Text in shared memory is UTF-8 bytes, and may come from any program: it is checked when it becomes text.
 * With    SharedMemoryReader.c
 */
#include "ring_text.h"

#include <stdlib.h>

#include "companion.h"

bool print_message(const char *message, uint32_t bytes)
{
    TCHAR *text = text_from_utf8(message, bytes);

    if (text == NULL) {
        report(_T("a message of %lu bytes is no UTF-8 text"), (DWORD)bytes);
        return false;
    }
    bool isExit = _tcscmp(text, _T("exit")) == 0;
    print(_T("received: %s\n"), printable(text));
    free(text);
    return isExit;
}
