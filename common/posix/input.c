/* input.c - the bytes of standard input. */
#include <errno.h>
#include <unistd.h>

#include "internal.h"

size_t read_input(char *bytes, size_t room)
{
    ssize_t count;

    do
        count = read(STDIN_FILENO, bytes, room);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        die_error("read(standard input)");
    return (size_t)count;
}
