/* proc_read.h - reads what /proc says about one process. */
#ifndef PROC_READ_H
#define PROC_READ_H

#include "../shared/process_table.h"

/* Reads both files of the process with this id. False when there is no such process any more. Ends the program when it
 * cannot tell. */
bool read_process(const char *id, process_entry *process);

#endif
