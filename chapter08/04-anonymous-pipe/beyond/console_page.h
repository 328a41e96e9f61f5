/*
 * console_page.h - lets a console show UTF-8 bytes for as long as a program runs.
 */
#ifndef CONSOLE_PAGE_H
#define CONSOLE_PAGE_H

/*
 * A child writes UTF-8, and WriteFile passes its bytes to the console as they are. Between these two calls the console
 * takes them as UTF-8. Ctrl+C restores its code page, too.
 */
void show_utf8(void);
void restore_code_page(void);

#endif
