/*
 * shortage.h - what a server does when there is no descriptor, thread or memory for one more client.
 */
#ifndef SHORTAGE_H
#define SHORTAGE_H

#include <tchar.h>

/*
 * After a call that failed, with its errno or last error: says so, though for each error once in ten seconds at most,
 * and waits a moment, in which a client that is served may leave and give back what is missing. Returns at once,
 * without a word, when the call failed for another reason: a client that came has gone again, or a signal arrived.
 */
void wait_out_shortage(const TCHAR *call, unsigned long client);

#endif
