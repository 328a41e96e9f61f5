/*
 * file_name.h - what may stand in a file name that a stranger sends.
 *
 * A server that opens whatever name it is sent gives away every file that it may read. So it judges the name by a rule
 * of its own before any system sees it. The rule is that of Windows on every system: the same names work everywhere,
 * and no system's own idea of a path is ever asked. It says nothing about links; whoever opens the file asks what has
 * been opened, too.
 */
#ifndef COMPANION_FILE_NAME_H
#define COMPANION_FILE_NAME_H

#include <stddef.h>
#include <tchar.h>

/* The longest name that a file can have, in UTF-16 as Windows counts. */
#define FILE_NAME_CHARS 255

/* NULL for the name of a file within a folder, else why no file can have it. The reasons are plain ASCII. */
const TCHAR *file_name_refusal(const TCHAR *name);

/* The same for UTF-8 as it comes from another program, NULs and all. name[bytes] must be a NUL. */
const TCHAR *utf8_file_name_refusal(const char *name, size_t bytes);

#endif
