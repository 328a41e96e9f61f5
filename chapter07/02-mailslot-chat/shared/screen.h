/*
 * screen.h - a console on which one types while others speak.
 */
#ifndef SCREEN_H
#define SCREEN_H

#include "companion.h"

/* To be called once, before the others. */
void open_screen(void);

/*
 * Like read_line. But while a line is being typed at a console, nothing is shown: the console would write the one over
 * the other. So the line begins with its first key, and what arrives meanwhile is shown after Enter.
 */
const TCHAR *read_typed_line(void);

/* Prints a line, now or after Enter. For any thread. */
void show_line(const TCHAR *first, const TCHAR *second);

#endif
