/*
 * signed_message.h - what inherit_parent.c and inherit_child.c share.
 */
#ifndef SIGNED_MESSAGE_H
#define SIGNED_MESSAGE_H

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "companion.h"

/* Sends "PROGRAM: message". Ends the program when the socket does not take it. */
static inline void send_signed(int descriptor, const char *message)
{
    size_t chars = strlen(program_name()) + strlen(message) + 3;
    char *letter = malloc(chars);

    if (letter == NULL)
        die_error("malloc");
    format_text(letter, chars, "%s: %s", program_name(), message);
    if (send(descriptor, letter, strlen(letter), MSG_NOSIGNAL) < 0)
        die_error("send(%d)", descriptor);
    free(letter);
}

#endif
