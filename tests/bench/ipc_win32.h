/* ipc_win32.h - the mechanisms that are not read and written as a file. */
#ifndef BENCH_IPC_WIN32_H
#define BENCH_IPC_WIN32_H

#include "ipc.h"

/* Ends the program with the last error of `call` where that was no success. */
void check(bool isSuccess, const TCHAR *call);

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
