/* ipc_posix.h - the mechanisms of the POSIX side. */
#ifndef BENCH_IPC_POSIX_H
#define BENCH_IPC_POSIX_H

#include "ipc.h"

/* Ends the program with the error in errno when `call` has failed. */
void check(bool is_success, const char *call);

/* Pipes, FIFOs, and sockets of the Unix domain and of TCP on the loopback interface. */
void create_pipes(char address[ADDRESS_CHARS], size_t size);
void open_pipes(const char *address, size_t size, bool is_child);
void create_fifos(char address[ADDRESS_CHARS], size_t size);
void open_fifos(const char *address, size_t size, bool is_child);
void remove_fifos(const char *address);
void create_unix_sockets(char address[ADDRESS_CHARS], size_t size);
void open_unix_sockets(const char *address, size_t size, bool is_child);
void create_tcp(char address[ADDRESS_CHARS], size_t size);
void open_tcp(const char *address, size_t size, bool is_child);
void send_fd(const char *message, size_t size);
void receive_fd(char *message, size_t size);

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
