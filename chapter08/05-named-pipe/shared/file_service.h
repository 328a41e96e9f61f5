/*
 * file_service.h - the file protocol, the same for all servers and clients of this lesson and of the socket lesson.
 *
 *     request   a file's name in UTF-8: one message; on a stream, which has no messages, a line
 *     answer    "OK SIZE\n" and exactly SIZE bytes of content, or "ERROR reason\n"; then end of file
 *
 * No text here is a TCHAR: programs of both character sets, and in other languages, understand each other.
 */
#ifndef FILE_SERVICE_H
#define FILE_SERVICE_H

#include "companion.h"

enum {
    CHUNK_BYTES = 65536, /* content moves in pieces of this size: it decides the speed */
    HEADER_BYTES = 256   /* the longest header that a client takes */
};

/* ---- server: file_reply.c, open_win32.c, open_posix.c ---------------------------------------- */

#ifdef _WIN32
typedef HANDLE file_handle;
#else
typedef int file_handle;
#endif

typedef struct file_reply {
    bool has_file;
    file_handle file;
    TCHAR *name;
    const TCHAR *refusal;          /* NULL: none */
    unsigned long long size, sent; /* of the content; `sent` is what next_chunk has given out */
    size_t bytes;                  /* what is in `data`, to be sent next */
    char data[CHUNK_BYTES + 1];
} file_reply;

/* Names the folder whose files are served, and nothing else ever. Ends the program when there is no such folder. */
void serve_folder(const TCHAR *folder);

/*
 * Judges the request in reply->data, opens its file, and puts the header into reply->data.
 * `is_whole` is false when the request was longer than the buffer.
 */
void begin_reply(file_reply *reply, size_t request_bytes, bool is_whole);

/* Puts the next part of the content into reply->data. False: there is none, the reply has been sent. */
bool next_chunk(file_reply *reply);

/* Prints what became of it and closes the file. `trouble`: why the client has not got its answer, or NULL. */
void end_reply(file_reply *reply, unsigned long client, const TCHAR *trouble);

/* Within the service: opens the file of that name, which has been judged, and fills reply->file and size, or refusal.
 */
void open_file(file_reply *reply, const char *name, size_t bytes);
size_t read_file(file_handle file, char *data, size_t bytes);
void close_file(file_handle file);

/* ---- client: file_receipt.c ------------------------------------------------------------------ */

typedef struct file_receipt {
    const TCHAR *path; /* NULL: standard output */
    TCHAR *part_path;  /* where the content goes until it is complete */
    FILE *file;
    char header[HEADER_BYTES + 1];
    size_t header_bytes;
    bool has_header, is_refused;
    unsigned long long size, received;
} file_receipt;

void begin_receipt(file_receipt *receipt, const TCHAR *path);

/* Takes what has come. False: no more is wanted, since something is wrong; end_receipt tells what. */
bool receive(file_receipt *receipt, const char *data, size_t bytes);

/* At the end of the answer. Gives the file its name when it is complete, else removes it and says why. The exit status.
 */
int end_receipt(file_receipt *receipt);

#endif
