/*
 * json.h - text as JSON writes it, for programs that print JSON and for the trace.
 *
 * Only a few characters need an escape in JSON. Here those have one, too, that a terminal could take for a command
 * (printable lists them), so that the result is safe to look at.
 */
#ifndef COMPANION_JSON_H
#define COMPANION_JSON_H

#include "companion.h"

/* The longest escape: \u001b */
#define JSON_ESCAPE_CHARS 6

/*
 * `text` as a JSON string with its quotes, that the caller frees; null, without quotes, for NULL. What is broken in
 * the text becomes U+FFFD.
 *     TCHAR *name = json_string(process->name);
 *     print(_T("{\"name\": %s}\n"), name);
 */
TCHAR *json_string(const TCHAR *text);

/*
 * How a character is written in a JSON string, such as \" or \u001b: gives the length of the escape, which has no
 * terminator, or 0 when the character stands for itself.
 */
size_t json_escape(unsigned long code_point, char escape[JSON_ESCAPE_CHARS]);

#endif
