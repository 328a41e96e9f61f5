/* trace_internal.h - what trace.c and trace_values.c need of each other. */
#ifndef COMPANION_TRACE_INTERNAL_H
#define COMPANION_TRACE_INTERNAL_H

#include "trace_record.h"

/* Appends to what a line is made of. */
void trace_put(trace_call *call, const char *json);

#endif
