/* trace_call.c - the lines of one call: on entry where it may block, and on return. */
#include <stdlib.h>
#include <string.h>

#include "trace_internal.h"

/*
 * Waits until the stage lets this thread go on. The stage's helper (Stepper.c) owns a mutex: if it is gone, nobody
 * will set the event any more, and the program ends.
 */
static void wait_for_stage(HANDLE hGo)
{
    TCHAR name[64];
    HANDLE objects[2];

    format_text(name, 64, _T("Local\\companion-stage-%s"), trace_step_run);
    objects[0] = hGo;
    objects[1] = OpenMutex(SYNCHRONIZE, FALSE, name);
    if (objects[1] == NULL || WaitForMultipleObjects(2, objects, FALSE, INFINITE) != WAIT_OBJECT_0)
        ExitProcess(STATUS_FAILED);
    CloseHandle(objects[1]);
}

/*
 * The file as a path from the root of the project, with slashes, whatever the compiler made of it: without the "../"
 * that lead there from the build directory, and without a folder that the path leaves again.
 */
static void put_file(trace_call *call, const char *file)
{
    char path[MAX_PATH];
    size_t used = 0;

    while (*file != '\0' && used < sizeof(path) - 1) {
        size_t chars = strcspn(file, "/\\");

        if (chars == 2 && strncmp(file, "..", 2) == 0) {
            while (used > 0 && path[--used] != '/') {
            }
        } else if (chars > 0 && used + chars < sizeof(path) - 1) {
            if (used > 0)
                path[used++] = '/';
            memcpy(path + used, file, chars);
            used += chars;
        }
        file += chars + (file[chars] != '\0');
    }
    path[used] = '\0';
    trace_word(call, "file", path);
}

bool trace_begin(trace_call *call, const char *name, trace_place place)
{
    const trace_call none = {0};
    DWORD lastError = GetLastError();

    if (!trace_hold()) {
        SetLastError(lastError);
        return false;
    }
    *call = none;
    call->last_error = lastError;
    call->name = name;
    call->is_library = place.is_library;
    call->number = trace_next_call();
    trace_word(call, "call", name);
    trace_number(call, "number", call->number);
    put_file(call, place.file);
    trace_number(call, "line", place.line);
    if (call->is_library)
        trace_bool(call, "library", TRUE);
    trace_put(call, ",\"args\":{");
    return true;
}

/* Writes the line of the entry: the arguments that are known before the call. */
static void write_enter(trace_call *call, bool is_halted)
{
    size_t used = call->used;

    trace_put(call, is_halted ? "},\"halted\":true" : "}");
    trace_write_event("enter", trace_now(), call->text);
    call->used = used;
    call->text[used] = '\0';
}

/*
 * Whether another process may have to do with the call: of the library's, which reads and writes for print and
 * read_line, that is so where it reads, or where it writes to a pipe.
 */
static bool concerns_others(const trace_call *call)
{
    return !call->is_library || strncmp(call->name, "Read", 4) == 0 || GetFileType(call->handle) == FILE_TYPE_PIPE;
}

void trace_enter(trace_call *call, bool blocks)
{
    bool concernsOthers = concerns_others(call);

    if (concernsOthers && trace_step_run[0] != _T('\0')) {
        TCHAR name[64];
        format_text(name, 64, _T("Local\\companion-step-%s-%lu-%lu"), trace_step_run, GetCurrentProcessId(),
                    GetCurrentThreadId());
        HANDLE hGo = CreateEvent(NULL, FALSE, FALSE, name);
        if (hGo == NULL)
            die_error(_T("CreateEvent(%s)"), name);
        write_enter(call, true);
        wait_for_stage(hGo);
        CloseHandle(hGo);
    } else if (concernsOthers && blocks) {
        write_enter(call, false);
    }
    trace_release();
    call->begin = trace_now();
    SetLastError(call->last_error);
}

void trace_leave(trace_call *call, bool is_success, bool may_exist)
{
    call->last_error = GetLastError();
    call->end = trace_now();
    trace_hold();
    call->is_success = is_success;
    call->shows_error = !is_success || (may_exist && call->last_error == ERROR_ALREADY_EXISTS);
}

bool trace_has_output(const trace_call *call)
{
    return call->is_success || call->last_error == ERROR_MORE_DATA;
}

void trace_end(trace_call *call)
{
    if (call->shows_error) {
        const TCHAR *name = error_name(call->last_error);

        trace_put(call, ",\"error\":{");
        trace_number(call, "number", call->last_error);
        if (name != NULL)
            trace_text(call, "name", trace_tchar(name));
        trace_put(call, "}");
    }
    trace_number(call, "begin", call->begin);
    trace_write_event("return", call->end, call->text);
    free(call->text);
    trace_release();
    SetLastError(call->last_error);
}
