/* ipc_win32.h - the mechanisms of the Win32 side. */
#ifndef BENCH_IPC_WIN32_H
#define BENCH_IPC_WIN32_H

#include "ipc.h"

/* Ends the program with the last error when `call` has failed. */
void check(bool isSuccess, const TCHAR *call);

/* Mailslots, one for each direction; anonymous pipes, one for each direction; a named pipe for both. */
void create_mailslot(TCHAR address[ADDRESS_CHARS], size_t size);
void open_mailslot(const TCHAR *address, size_t size, bool isChild);
void create_pipes(TCHAR address[ADDRESS_CHARS], size_t size);
void open_pipes(const TCHAR *address, size_t size, bool isChild);
void create_named_pipe(TCHAR address[ADDRESS_CHARS], size_t size);
void open_named_pipe(const TCHAR *address, size_t size, bool isChild);
void send_handle(const char *message, size_t size);
void receive_handle(char *message, size_t size);

/* A section, without a file and with one, that holds a ring of messages for each direction. */
void create_section(TCHAR address[ADDRESS_CHARS], size_t size);
void create_file_section(TCHAR address[ADDRESS_CHARS], size_t size);
void open_section(const TCHAR *address, size_t size, bool isChild);
void send_section(const char *message, size_t size);
void receive_section(char *message, size_t size);
void remove_file_section(const TCHAR *address);

/* TCP on the loopback interface. */
void create_socket(TCHAR address[ADDRESS_CHARS], size_t size);
void open_socket(const TCHAR *address, size_t size, bool isChild);
void send_socket(const char *message, size_t size);
void receive_socket(char *message, size_t size);

#endif
