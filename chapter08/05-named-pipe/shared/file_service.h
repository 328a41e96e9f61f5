/*
 * file_service.h - the file protocol of the servers and clients in beyond/ and posix/, and of the socket lesson.
 *
 *     request   a file's name in UTF-8: one message; on a stream, which has no messages, a line
 *     answer    "OK SIZE\n" and exactly SIZE bytes of content, or "ERROR reason\n"; then end of file
 *
 * No text here is a TCHAR: programs of both character sets, and in other languages, understand each other.
 *
 * What is here keeps, checks and prints. The programs make the calls: they open pipes and sockets, wait, read, write
 * and close, the file that they send included.
 */
#ifndef FILE_SERVICE_H
#define FILE_SERVICE_H

#include "companion.h"

enum {
    CHUNK_BYTES = 65536, /* content moves in pieces of this size: it decides the speed */
    HEADER_BYTES = 256   /* the longest header that a client takes */
};

/* ---- server: file_reply.c, open_win32.c, open_posix.c ---------------------------------------- */

typedef struct service_settings {
    const TCHAR *root;
    unsigned long clients;  /* how many to serve; 0: no limit */
    unsigned long patience; /* in milliseconds */
} service_settings;

/* clang-format off */
#define SERVICE_DEFAULTS { _T("."), 0, 10000 }
/* The options that every server has, for its list of options. */
#define SERVICE_OPTIONS(settings) \
    OPTION_TEXT("--root", "DIR", &(settings).root, "serve the files directly in DIR (the current folder)"), \
    OPTION_NUMBER("--clients", "N", &(settings).clients, 1, 0xFFFFFFFF, "end after N clients (no limit)"), \
    OPTION_NUMBER("--patience", "MS", &(settings).patience, 1, 0x7FFFFFFF, \
                  "cut off a client that does nothing for MS (10000)")
/* clang-format on */

#ifdef _WIN32
typedef HANDLE file_handle;
#else
typedef int file_handle;
#endif

typedef struct file_reply {
    bool has_file;
    file_handle file; /* to be closed by the program, where has_file */
    TCHAR *name;
    const TCHAR *refusal;          /* NULL: none */
    unsigned long long size, sent; /* of the content; `sent` is what has been read from the file, to be sent */
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

/*
 * The same on a stream, where a request is a line and comes in any pieces: so many bytes more have been put behind the
 * reply->bytes in reply->data. True: the line is whole, or too long, and the reply has begun. False: receive on.
 */
bool have_received(file_reply *reply, size_t bytes);

/* How many bytes of the file come next, to be read into reply->data. 0: none, all of the reply has been sent. */
size_t bytes_to_read(const file_reply *reply);

/* Says that so many of them have been read. False: none, since the file has become shorter. */
bool have_read(file_reply *reply, size_t bytes);

/* Prints what became of the reply. `trouble`: why the client has not got its answer, or NULL. */
void end_reply(file_reply *reply, unsigned long client, const TCHAR *trouble);

/* Within the service: opens the file of that name, which has been judged, and fills reply->file and size, or refusal.
 */
void open_served_file(file_reply *reply, const char *name, size_t bytes);

/* ---- client: file_receipt.c, part_file.c ------------------------------------------------------------------ */

typedef struct file_receipt {
    const TCHAR *path; /* NULL: standard output */
    TCHAR *part_path;  /* where the content goes until it is complete; NULL: nothing lies there */
    FILE *file;
    char header[HEADER_BYTES + 1];
    size_t header_bytes;
    bool has_header, is_refused;
    unsigned long long size, received;
} file_receipt;

/* Ends the program where `path` is there and is no plain file: it would be replaced. */
void begin_receipt(file_receipt *receipt, const TCHAR *path);

/* Takes what has come. False: no more is wanted, since something is wrong; end_receipt tells what. */
bool add_to_receipt(file_receipt *receipt, const char *data, size_t bytes);

/*
 * At the end of the answer. Gives the file its name when it is complete, else removes it and says why. Gives the exit
 * status.
 */
int end_receipt(file_receipt *receipt);

/* Removes what has come so far. */
void drop_receipt(file_receipt *receipt);

/* Within the client: whether a file may take this name; reports why not. */
bool is_replaceable(const TCHAR *path);

/* Makes a new file beside `path` and gives its name as *part_path. Ends the program when that is not possible. */
FILE *create_part(const TCHAR *path, TCHAR **part_path);

#endif
