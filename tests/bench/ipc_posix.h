/* ipc_posix.h - the mechanisms that are not read and written as a file. */
#ifndef BENCH_IPC_POSIX_H
#define BENCH_IPC_POSIX_H

#include "ipc.h"

/* Ends the program with errno of `call` where that was no success. */
void check(bool is_success, const char *call);

/* A System V message queue, with a message type for each direction. */
void create_queue(char address[ADDRESS_CHARS], size_t size);
void open_queue(const char *address, size_t size, bool is_child);
void send_queue(const char *message, size_t size);
void receive_queue(char *message, size_t size);
void remove_queue(const char *address);

/* Memory of a shared object, and of a file, that holds a ring of messages for each direction. */
void create_shared_memory(char address[ADDRESS_CHARS], size_t size);
void remove_shared_memory(const char *address);
void create_memory_map(char address[ADDRESS_CHARS], size_t size);
void remove_memory_map(const char *address);
void open_memory(const char *address, size_t size, bool is_child);
void send_memory(const char *message, size_t size);
void receive_memory(char *message, size_t size);

#endif
