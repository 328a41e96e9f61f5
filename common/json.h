/*
 * json.h - text as JSON writes it, for programs that print JSON and for the trace.
 *
 * Besides the characters that JSON requires to be escaped, those are escaped that printable would replace, so that the
 * result is safe on a terminal.
 */
#ifndef COMPANION_JSON_H
#define COMPANION_JSON_H

#include "companion.h"

/* The longest escape: \u001b */
#define JSON_ESCAPE_CHARS 6

/*
 * `text` as a JSON string with its quotes, that the caller frees; for NULL it is null, without quotes. Broken UTF-8 or
 * UTF-16 becomes U+FFFD.
 *     TCHAR *name = json_string(process->name);
 *     print(_T("{\"name\": %s}\n"), name);
 */
TCHAR *json_string(const TCHAR *text);

/*
 * Writes the escape of a character, such as \" or \u001b, without a terminator, and gives its length; 0 when the
 * character needs no escape.
 */
size_t json_escape(unsigned long code_point, char escape[JSON_ESCAPE_CHARS]);

#endif
