/*
 * screen.h - a console on which a person types while lines arrive.
 */
#ifndef SCREEN_H
#define SCREEN_H

#include "companion.h"

/* To be called once, before the others. */
void open_screen(void);

/*
 * Like read_line. But show_line of peer.h prints nothing while a line is being typed at a console, which would write
 * the one over the other: what arrives meanwhile is shown after Enter.
 */
const TCHAR *read_typed_line(void);

#endif
