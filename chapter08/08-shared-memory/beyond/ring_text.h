/*
 * ring_text.h - a message of the ring as text of the reader (Win32).
 */
#ifndef RING_TEXT_H
#define RING_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* Prints a message, which may come from any program. True when it is "exit". */
bool print_message(const char *message, uint32_t bytes);

#endif
