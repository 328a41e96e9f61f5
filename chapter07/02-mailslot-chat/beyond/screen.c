/*
 * screen.c - a console on which a person types while lines arrive.
 *
 * Shows   PeekConsoleInput: a console's input is a queue of events, which can be read without waiting for Enter.
 * With    MailChat.c, peer.c
 */
#include <stdlib.h>

#include "../shared/peer.h"
#include "screen.h"

static CRITICAL_SECTION screen;
static bool isTyping;
static TCHAR *held; /* what is to be shown after Enter */

void open_screen(void)
{
    InitializeCriticalSection(&screen);
}

/*
 * Waits until the first key of a line is pressed. In both character sets with the W functions: in UTF-8 one character
 * may be several chars.
 */
static void wait_for_key(HANDLE hConsole)
{
    INPUT_RECORD event;
    DWORD events;

    for (;;) {
        if (WaitForSingleObject(hConsole, INFINITE) != WAIT_OBJECT_0)
            die_error(_T("WaitForSingleObject"));
        if (!PeekConsoleInputW(hConsole, &event, 1, &events))
            die_error(_T("PeekConsoleInput"));
        if (events == 0)
            continue;
        if (event.EventType == KEY_EVENT && event.Event.KeyEvent.bKeyDown &&
            event.Event.KeyEvent.uChar.UnicodeChar != 0)
            return;
        /* A key that is released, Shift alone, the mouse: no line begins with them. */
        if (!ReadConsoleInputW(hConsole, &event, 1, &events))
            die_error(_T("ReadConsoleInput"));
    }
}

const TCHAR *read_typed_line(void)
{
    HANDLE hInput = GetStdHandle(STD_INPUT_HANDLE);
    DWORD mode;

    if (!GetConsoleMode(hInput, &mode))
        return read_line(); /* a file or a pipe */

    wait_for_key(hInput);
    EnterCriticalSection(&screen);
    isTyping = true;
    LeaveCriticalSection(&screen);

    const TCHAR *line = read_line();

    EnterCriticalSection(&screen);
    isTyping = false;
    if (held != NULL)
        print(_T("%s"), held);
    free(held);
    held = NULL;
    LeaveCriticalSection(&screen);
    return line;
}

void show_line(const TCHAR *first, const TCHAR *second, const TCHAR *third)
{
    EnterCriticalSection(&screen);
    if (isTyping) {
        size_t used = held == NULL ? 0 : _tcslen(held);
        size_t chars = used + _tcslen(first) + _tcslen(second) + _tcslen(third) + 2;

        held = realloc(held, chars * sizeof(TCHAR));
        if (held == NULL)
            die_error(_T("realloc"));
        format_text(held + used, chars - used, _T("%s%s%s\n"), first, second, third);
    } else {
        print(_T("%s%s%s\n"), first, second, third);
    }
    LeaveCriticalSection(&screen);
}
