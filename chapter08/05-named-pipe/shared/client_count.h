/*
 * client_count.h - how many clients the threads of a server are serving (POSIX).
 */
#ifndef CLIENT_COUNT_H
#define CLIENT_COUNT_H

void count_client(void);

/* For the thread that has served it. */
void uncount_client(void);

/* Waits until all that were counted have been served. */
void wait_for_clients(void);

#endif
