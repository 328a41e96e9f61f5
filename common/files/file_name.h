/*
 * file_name.h - what may stand in a file name that a stranger sends.
 *
 * A server that opens any name it receives gives away every file that it may read. So it checks the name by a rule of
 * its own before the system sees it. The rule is that of Windows, on every system: the same names work everywhere, and
 * nothing depends on how a system reads a path. The rule cannot find links: after opening the file, check what has been
 * opened.
 */
#ifndef COMPANION_FILE_NAME_H
#define COMPANION_FILE_NAME_H

#include <stddef.h>
#include <tchar.h>

/* The longest name that a file can have, in UTF-16 as Windows counts. */
#define FILE_NAME_CHARS 255

/* NULL for a name that a file in a folder can have, else the reason why not, in ASCII. */
const TCHAR *file_name_refusal(const TCHAR *name);

/* The same for UTF-8 as it comes from another program, which may contain a NUL. name[bytes] must be one. */
const TCHAR *utf8_file_name_refusal(const char *name, size_t bytes);

#endif
