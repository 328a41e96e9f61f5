/*
 * shortage.h - what a server does when there is no descriptor, thread or memory for one more client (POSIX).
 */
#ifndef SHORTAGE_H
#define SHORTAGE_H

/*
 * After a call that failed, with its errno: says so, though for each error once in ten seconds at most, and waits a
 * moment, in which a client that is served may leave and give back what is missing. Returns at once, without a word,
 * when the call failed for another reason: a client that came has gone again, or a signal arrived.
 */
void wait_out_shortage(const char *call, unsigned long client);

#endif
