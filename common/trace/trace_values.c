/* trace_values.c - arguments and results as JSON. */
#include <stdlib.h>
#include <string.h>

#include "code_point.h"
#include "internal.h"
#include "json.h"
#include "trace_internal.h"

/* What is shown of a text or of data: enough for a lesson, and a line stays short. */
#define PREVIEW_CHARS 200
#define PREVIEW_BYTES 16

/* ---- JSON ----------------------------------------------------------------------------------- */

static void put_bytes(trace_call *call, const char *bytes, size_t count)
{
    if (call->size - call->used < count + 1) {
        call->size = 2 * call->size + count + 256;
        call->text = reallocate(call->text, call->size);
    }
    memcpy(call->text + call->used, bytes, count);
    call->used += count;
    call->text[call->used] = '\0';
}

void trace_put(trace_call *call, const char *json)
{
    put_bytes(call, json, strlen(json));
}

static void put_hex(trace_call *call, ULONGLONG value, int digits)
{
    char text[16];
    int used = 0;

    for (int shift = 60; shift >= 0; shift -= 4) {
        unsigned digit = (unsigned)(value >> shift) & 0xF;
        if (digit != 0 || used > 0 || shift < 4 * digits)
            text[used++] = "0123456789abcdef"[digit];
    }
    put_bytes(call, text, (size_t)used);
}

static void put_number(trace_call *call, LONGLONG number)
{
    ULONGLONG rest = number < 0 ? 0 - (ULONGLONG)number : (ULONGLONG)number;
    char digits[21];
    size_t first = sizeof(digits);

    do {
        digits[--first] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0)
        digits[--first] = '-';
    put_bytes(call, digits + first, sizeof(digits) - first);
}

/* A character inside a JSON string. */
static void put_code_point(trace_call *call, unsigned long code_point)
{
    char escape[JSON_ESCAPE_CHARS], utf8[4];
    size_t escape_chars;

    if (code_point == BROKEN_CODE_POINT)
        code_point = REPLACEMENT_CODE_POINT;
    escape_chars = json_escape(code_point, escape);
    if (escape_chars > 0)
        put_bytes(call, escape, escape_chars);
    else
        put_bytes(call, utf8, utf8_put(code_point, utf8));
}

#define ELLIPSIS 0x2026UL /* for what is left out */

static void put_utf8(trace_call *call, const char *utf8, size_t bytes)
{
    unsigned long code_point;
    size_t used = 0;

    trace_put(call, "\"");
    for (int chars = 0; used < bytes; chars++) {
        if (chars == PREVIEW_CHARS) {
            put_code_point(call, ELLIPSIS);
            break;
        }
        used += utf8_next(utf8 + used, &code_point);
        put_code_point(call, code_point);
    }
    trace_put(call, "\"");
}

static void put_utf16(trace_call *call, const wchar_t *utf16, size_t units)
{
    unsigned long code_point;
    size_t used = 0;

    trace_put(call, "\"");
    for (int chars = 0; used < units; chars++) {
        if (chars == PREVIEW_CHARS) {
            put_code_point(call, ELLIPSIS);
            break;
        }
        used += utf16_next(utf16 + used, &code_point);
        put_code_point(call, code_point);
    }
    trace_put(call, "\"");
}

static void put_text(trace_call *call, const TCHAR *text)
{
#ifdef _UNICODE
    put_utf16(call, text, wcslen(text));
#else
    put_utf8(call, text, strlen(text));
#endif
}

/* The name of an argument; its value follows. */
static void put_key(trace_call *call, const char *name)
{
    if (name == NULL)
        return;
    if (call->used == 0 || call->text[call->used - 1] != '{')
        trace_put(call, ",");
    trace_put(call, "\"");
    trace_put(call, name);
    trace_put(call, "\":");
}

/* ---- arguments that the call writes --------------------------------------------------------- */

void trace_later(trace_call *call, const char *name, bool is_given)
{
    put_key(call, name);
    call->places[call->places_used++] = call->used;
    trace_put(call, is_given ? "{}" : "null");
}

/* Puts back what stood behind the argument that was filled in last. */
static void end_fill(trace_call *call)
{
    if (call->tail == NULL)
        return;
    trace_put(call, call->tail);
    free(call->tail);
    call->tail = NULL;
}

void trace_fill(trace_call *call, int place)
{
    end_fill(call);
    const char *behind = call->text + call->places[place] + strlen("{}");
    size_t bytes = strlen(behind) + 1;
    call->tail = memcpy(allocate(bytes), behind, bytes);
    call->used = call->places[place];
}

void trace_result(trace_call *call)
{
    end_fill(call);
    trace_put(call, "}");
}

/* ---- plain values --------------------------------------------------------------------------- */

void trace_text(trace_call *call, const char *name, const TCHAR *text)
{
    put_key(call, name);
    if (text == NULL)
        trace_put(call, "null");
    else
        put_text(call, text);
}

void trace_ansi(trace_call *call, const char *name, const char *text)
{
    put_key(call, name);
    if (text == NULL)
        trace_put(call, "null");
    else
        put_utf8(call, text, strlen(text));
}

void trace_wide(trace_call *call, const char *name, const wchar_t *text)
{
    put_key(call, name);
    if (text == NULL)
        trace_put(call, "null");
    else
        put_utf16(call, text, wcslen(text));
}

void trace_number(trace_call *call, const char *name, LONGLONG number)
{
    put_key(call, name);
    put_number(call, number);
}

void trace_bool(trace_call *call, const char *name, BOOL value)
{
    put_key(call, name);
    trace_put(call, value ? "true" : "false");
}

void trace_given(trace_call *call, const char *name, bool is_given)
{
    put_key(call, name);
    trace_put(call, is_given ? "{\"given\":true}" : "null");
}

void trace_pointer(trace_call *call, const char *name, const void *pointer)
{
    put_key(call, name);
    trace_put(call, "{\"pointer\":\"0x");
    put_hex(call, (ULONGLONG)(ULONG_PTR)pointer, 1);
    trace_put(call, "\"}");
}

/* A number by its name, such as {"name":"OPEN_EXISTING","value":3}. */
static void begin_name(trace_call *call)
{
    trace_put(call, "{\"name\":\"");
}

static void end_name(trace_call *call, DWORD value)
{
    trace_put(call, "\",\"value\":");
    put_number(call, value);
    trace_put(call, "}");
}

void trace_constant(trace_call *call, const char *name, const trace_names *names, DWORD value)
{
    DWORD rest = value;
    bool is_first = true;

    put_key(call, name);
    for (size_t i = 0; i < names->count; i++) {
        DWORD bits = names->names[i].value;
        /* A name for nothing, such as PIPE_WAIT, is told when there is nothing else to tell. */
        bool is_it = names->are_flags && value != 0 ? bits != 0 && (rest & bits) == bits : value == bits;
        if (!is_it)
            continue;
        if (is_first)
            begin_name(call);
        else
            trace_put(call, " | ");
        is_first = false;
        trace_put(call, names->names[i].name);
        rest &= ~bits;
        if (!names->are_flags) {
            rest = 0;
            break;
        }
    }
    if (is_first) {
        put_number(call, value);
        return;
    }
    if (rest != 0) {
        trace_put(call, " | 0x");
        put_hex(call, rest, 1);
    }
    end_name(call, value);
}

void trace_wait_result(trace_call *call, const char *name, DWORD value)
{
    const DWORD abandoned = WAIT_ABANDONED_0;

    put_key(call, name);
    begin_name(call);
    if (value == WAIT_TIMEOUT) {
        trace_put(call, "WAIT_TIMEOUT");
    } else if (value == WAIT_FAILED) {
        trace_put(call, "WAIT_FAILED");
    } else {
        bool is_abandoned = value >= abandoned && value < abandoned + MAXIMUM_WAIT_OBJECTS;
        DWORD index = is_abandoned ? value - abandoned : value;
        trace_put(call, is_abandoned ? "WAIT_ABANDONED_0" : "WAIT_OBJECT_0");
        if (index > 0) {
            trace_put(call, " + ");
            put_number(call, index);
        }
    }
    end_name(call, value);
}

/* ---- handles -------------------------------------------------------------------------------- */

/* The beginning of a handle's object; a brace ends it. */
static void open_handle(trace_call *call, HANDLE handle)
{
    if (handle == NULL) {
        trace_put(call, "{\"handle\":\"NULL\"");
    } else if (handle == INVALID_HANDLE_VALUE) {
        trace_put(call, "{\"handle\":\"INVALID_HANDLE_VALUE\"");
    } else {
        trace_put(call, "{\"handle\":\"0x");
        put_hex(call, (ULONGLONG)(ULONG_PTR)handle, 1);
        trace_put(call, "\"");
    }
}

static void put_handle(trace_call *call, HANDLE handle)
{
    open_handle(call, handle);
    trace_put(call, "}");
}

void trace_handle(trace_call *call, const char *name, HANDLE handle)
{
    put_key(call, name);
    put_handle(call, handle);
}

void trace_process(trace_call *call, const char *name, HANDLE hProcess)
{
    put_key(call, name);
    if (hProcess == GetCurrentProcess()) {
        trace_put(call, "{\"handle\":\"GetCurrentProcess()\"");
        trace_number(call, "pid", GetCurrentProcessId());
    } else {
        DWORD pid = GetProcessId(hProcess);
        open_handle(call, hProcess);
        if (pid != 0)
            trace_number(call, "pid", pid);
    }
    trace_put(call, "}");
}

void trace_handles(trace_call *call, const char *name, const HANDLE *handles, DWORD count)
{
    put_key(call, name);
    if (handles == NULL) {
        trace_put(call, "null");
        return;
    }
    if (count > MAXIMUM_WAIT_OBJECTS)
        count = MAXIMUM_WAIT_OBJECTS;
    trace_put(call, "[");
    for (DWORD i = 0; i < count; i++) {
        if (i > 0)
            trace_put(call, ",");
        put_handle(call, handles[i]);
    }
    trace_put(call, "]");
}

void trace_made(trace_call *call, const char *name, HANDLE handle, const char *type, const TCHAR *object)
{
    DWORD flags;

    put_key(call, name);
    open_handle(call, handle);
    if (handle != NULL && handle != INVALID_HANDLE_VALUE) {
        if (type != NULL)
            trace_ansi(call, "type", type);
        if (object != NULL)
            trace_text(call, "name", object);
        /* What the system has made of it, which may be something else than was asked for. */
        if (GetHandleInformation(handle, &flags))
            trace_bool(call, "inherit", flags & HANDLE_FLAG_INHERIT);
        DWORD pid = GetProcessId(handle);
        if (pid != 0)
            trace_number(call, "pid", pid);
    }
    trace_put(call, "}");
}

/* ---- data ----------------------------------------------------------------------------------- */

static bool is_text(unsigned long code_point)
{
    return code_point != BROKEN_CODE_POINT && (code_point >= 0x20 || (code_point >= '\t' && code_point <= '\r'));
}

static bool is_utf8(const char *bytes, size_t count)
{
    unsigned long code_point;

    for (size_t used = 0; used < count;) {
        used += utf8_next(bytes + used, &code_point);
        if (!is_text(code_point))
            return false;
    }
    return true;
}

static bool is_utf16(const wchar_t *utf16, size_t units)
{
    unsigned long code_point;

    for (size_t used = 0; used < units;) {
        used += utf16_next(utf16 + used, &code_point);
        if (!is_text(code_point))
            return false;
    }
    return true;
}

/*
 * Data carries no sign of what it is, so this looks: is it UTF-8, or UTF-16? The text may have its terminator with
 * it. Of long data the first part is looked at, cut between two characters.
 */
static bool put_as_text(trace_call *call, const char *data, size_t count)
{
    wchar_t utf16[2 * PREVIEW_CHARS + 8]; /* more than is shown, so that an ellipsis tells of the rest */
    char *utf8 = (char *)utf16;           /* the same bytes */
    const size_t room = sizeof(utf16) - sizeof(wchar_t);
    size_t bytes = count < room ? count : room;
    size_t units = bytes / sizeof(wchar_t);

    if (bytes < count) {
        while (bytes > room - 4 && ((unsigned char)data[bytes] & 0xC0) == 0x80)
            bytes--;
    }
    memset(utf16, 0, sizeof(utf16));
    memcpy(utf16, data, units * sizeof(wchar_t) > bytes ? units * sizeof(wchar_t) : bytes);
    if (bytes < count && IS_HIGH_SURROGATE(utf16[units - 1]))
        units--;
    size_t ending = bytes > 0 && utf8[bytes - 1] == '\0' ? 1 : 0;
    size_t wide_ending = units > 0 && utf16[units - 1] == L'\0' ? 1 : 0;

    bool isNarrow = sizeof(TCHAR) == 1; /* so two bytes, the second NUL, are rather a character and its terminator */

    if (is_utf8(utf8, bytes) || (isNarrow && is_utf8(utf8, bytes - ending)))
        put_utf8(call, utf8, bytes);
    else if (count % sizeof(wchar_t) == 0 && is_utf16(utf16, units - wide_ending))
        put_utf16(call, utf16, units);
    else if (is_utf8(utf8, bytes - ending))
        put_utf8(call, utf8, bytes);
    else
        return false;
    return true;
}

void trace_data(trace_call *call, const char *name, const void *data, size_t bytes)
{
    put_key(call, name);
    if (data == NULL) {
        trace_put(call, "null");
        return;
    }
    trace_put(call, "{\"bytes\":");
    put_number(call, (LONGLONG)bytes);

    size_t before = call->used;
    put_key(call, "text");
    if (!put_as_text(call, data, bytes)) {
        call->used = before;
        put_key(call, "hex");
        trace_put(call, "\"");
        for (size_t i = 0; i < bytes && i < PREVIEW_BYTES; i++)
            put_hex(call, ((const unsigned char *)data)[i], 2);
        trace_put(call, "\"");
    }
    trace_put(call, "}");
}

size_t trace_count(const DWORD *bytes, DWORD room)
{
    return bytes == NULL ? 0 : *bytes < room ? *bytes : room;
}

/* ---- structures ----------------------------------------------------------------------------- */

void trace_security(trace_call *call, const char *name, const SECURITY_ATTRIBUTES *security)
{
    put_key(call, name);
    if (security == NULL) {
        trace_put(call, "null");
        return;
    }
    trace_put(call, "{");
    trace_bool(call, "bInheritHandle", security->bInheritHandle);
    trace_put(call, "}");
}

void trace_overlapped(trace_call *call, const char *name, const OVERLAPPED *overlapped)
{
    put_key(call, name);
    if (overlapped == NULL) {
        trace_put(call, "null");
        return;
    }
    trace_put(call, "{");
    trace_handle(call, "hEvent", overlapped->hEvent);
    trace_put(call, "}");
}

void trace_startup(trace_call *call, const char *name, const STARTUPINFO *startup, DWORD creationFlags)
{
    put_key(call, name);
    trace_put(call, "{");
    if (startup->dwFlags & STARTF_USESTDHANDLES) {
        trace_handle(call, "hStdInput", startup->hStdInput);
        trace_handle(call, "hStdOutput", startup->hStdOutput);
        trace_handle(call, "hStdError", startup->hStdError);
    }
    if (creationFlags & EXTENDED_STARTUPINFO_PRESENT)
        trace_pointer(call, "lpAttributeList", ((const STARTUPINFOEX *)startup)->lpAttributeList);
    trace_put(call, "}");
}

void trace_attribute_value(trace_call *call, const char *name, const void *value, DWORD_PTR attribute, SIZE_T bytes)
{
    if (attribute == PROC_THREAD_ATTRIBUTE_HANDLE_LIST)
        trace_handles(call, name, value, (DWORD)(bytes / sizeof(HANDLE)));
    else
        trace_given(call, name, value != NULL);
}

void trace_process_information(trace_call *call, const char *name, const PROCESS_INFORMATION *process)
{
    put_key(call, name);
    trace_put(call, "{");
    trace_made(call, "hProcess", process->hProcess, "process", NULL);
    trace_made(call, "hThread", process->hThread, "thread", NULL);
    trace_number(call, "dwProcessId", process->dwProcessId);
    trace_number(call, "dwThreadId", process->dwThreadId);
    trace_put(call, "}");
}

void trace_process_entry(trace_call *call, const char *name, const PROCESSENTRY32 *entry)
{
    put_key(call, name);
    trace_put(call, "{");
    trace_text(call, "szExeFile", entry->szExeFile);
    trace_number(call, "th32ProcessID", entry->th32ProcessID);
    trace_number(call, "th32ParentProcessID", entry->th32ParentProcessID);
    trace_put(call, "}");
}
