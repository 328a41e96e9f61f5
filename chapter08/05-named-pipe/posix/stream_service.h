/*
 * stream_service.h - the file protocol over a stream of bytes on POSIX: FIFOs, Unix sockets, TCP.
 */
#ifndef STREAM_SERVICE_H
#define STREAM_SERVICE_H

#include <poll.h>

#include "../shared/file_service.h"

/* Makes reads and writes return instead of wait; wait_for waits instead. */
void unblock(int descriptor);

/* Waits for POLLIN or POLLOUT, `timeout` milliseconds at most, or for ever with -1. False when the time is over. */
bool wait_for(int descriptor, short event, int timeout);

/*
 * Reads a line and gives its length without the line feed; -1 when none came: the peer has gone or was silent for
 * `patience` milliseconds. Gives `room` for a longer line. Reads no byte behind the line.
 */
ssize_t read_request(int descriptor, char *line, size_t room, int patience);

/* Sends the reply that begin_reply has begun. False when the peer has gone or did not read for `patience`. */
bool send_reply(int descriptor, file_reply *reply, int patience);

/* Serves a connected client in a thread of its own, which closes the socket at the end. In stream_visit.c. */
void begin_visit(int connection, unsigned long client, int patience);

/* Waits until the last one has been served. */
void wait_for_visits(void);

/* Client: reads the answer until its end; the exit status. */
int fetch_answer(int descriptor, const char *output);

/* The path of what has no place in the kernel: a FIFO, a socket. In a folder that nobody else may enter. Is freed by
 * exit. */
char *runtime_path(const char *name, const char *ending);

#endif
