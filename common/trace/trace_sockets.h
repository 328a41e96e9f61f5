/* trace_sockets.h - the same as trace.h, which stands in front of it, for the calls of the sockets. */
#ifndef COMPANION_TRACE_SOCKETS_H
#define COMPANION_TRACE_SOCKETS_H

#include <winsock2.h>
#include <ws2tcpip.h>

#include "trace_place.h"
#include "trace_ws2_32.h"

#endif
