/* process_names.h - the names of processes that belong to Windows itself. */
#ifndef PROCESS_NAMES_H
#define PROCESS_NAMES_H

#include "../shared/process_table.h"

bool is_system_name(const TCHAR *name);

#endif
