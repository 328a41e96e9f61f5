/*
 * Stepper.c - lets programs that halt before each call go on, one call at a time, and tells what is in the handle table
 * of one of them. The demo starts it.
 *
 * Run     Stepper RUN, with a line on standard input for each call that is to go on, "PROCESS-THREAD", and for each
 *         question: "?PROCESS", of which the answer is a line for each handle, and then "end"; "#PROCESS-HANDLE", of
 *         which it is how much lies in a mailslot (messages) or a pipe (bytes) while nobody reads it
 * With    trace_call.c, which waits for the event, and ends the program if the mutex of this one is gone
 */
#include "companion.h"
#include "handles/handle_table.h"

/* "signaled" or "not signaled" of an object that a wait of no time does not change, else "-". */
static const TCHAR *state_of(HANDLE hProcess, const handle_row *row)
{
    HANDLE hDuplicate;

    if (_tcscmp(row->kind, _T("process")) != 0 && _tcscmp(row->kind, _T("thread")) != 0)
        return _T("-");
    if (!DuplicateHandle(hProcess, row->hValue, GetCurrentProcess(), &hDuplicate, SYNCHRONIZE, FALSE, 0))
        return _T("-");
    DWORD result = WaitForSingleObject(hDuplicate, 0);
    CloseHandle(hDuplicate);
    return result == WAIT_OBJECT_0 ? _T("signaled") : _T("not signaled");
}

/* value, kind, usage count, state, separated by tabs */
static void tell_handles(DWORD process)
{
    TCHAR value[HANDLE_CHARS];
    handle_table table;

    HANDLE hProcess = OpenProcess(PROCESS_DUP_HANDLE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process);
    if (hProcess != NULL && read_handle_table(hProcess, &table)) {
        for (size_t i = 0; i < table.count; i++) {
            const handle_row *row = &table.rows[i];
            format_handle(value, row->hValue);
            print(_T("%s\t%s\t%lu\t%s\n"), value, row->kind, row->usage_count, state_of(hProcess, row));
        }
        free_handle_table(&table);
    }
    if (hProcess != NULL)
        CloseHandle(hProcess);
    print(_T("end\n"));
}

/* "-" where it is neither. PeekNamedPipe would wait for a read that is under way. */
static void tell_contents(const TCHAR *question)
{
    TCHAR *end;
    DWORD messages, bytes;
    HANDLE hDuplicate = NULL;

    DWORD process = _tcstoul(question, &end, 10);
    HANDLE hValue = (HANDLE)(UINT_PTR)(*end == _T('-') ? _tcstoul(end + 1, NULL, 16) : 0);
    HANDLE hProcess = OpenProcess(PROCESS_DUP_HANDLE, FALSE, process);
    bool isThere = hProcess != NULL &&
                   DuplicateHandle(hProcess, hValue, GetCurrentProcess(), &hDuplicate, 0, FALSE, DUPLICATE_SAME_ACCESS);
    if (isThere && GetMailslotInfo(hDuplicate, NULL, NULL, &messages, NULL))
        print(_T("%lu\n"), messages);
    else if (isThere && PeekNamedPipe(hDuplicate, NULL, 0, NULL, &bytes, NULL))
        print(_T("%lu\n"), bytes);
    else
        print(_T("-\n"));
    if (isThere)
        CloseHandle(hDuplicate);
    if (hProcess != NULL)
        CloseHandle(hProcess);
}

static void let_go(const TCHAR *run, const TCHAR *thread)
{
    TCHAR name[96];

    if (!format_text(name, 96, _T("Local\\companion-step-%s-%s"), run, thread))
        die_usage(_T("PROCESS-THREAD is expected, two numbers"));
    HANDLE hGo = OpenEvent(EVENT_MODIFY_STATE, FALSE, name);
    if (hGo == NULL) /* the program has ended in the meantime */
        return;
    SetEvent(hGo);
    CloseHandle(hGo);
}

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR name[96];
    const TCHAR *line;
    const option_spec options[] = {OPTIONS_END};

    companion_init(argv[0]);
    parse_options(argc, argv, _T("Lets programs of a demo go on, step by step."), _T("RUN"), options);

    if (!format_text(name, 96, _T("Local\\companion-stage-%s"), argv[1]))
        die_usage(_T("RUN: a name of less than 64 characters is expected"));
    HANDLE hStage = CreateMutex(NULL, TRUE, name);
    if (hStage == NULL)
        die_error(_T("CreateMutex(%s)"), name);
    print(_T("ready\n"));

    while ((line = read_line()) != NULL) {
        if (line[0] == _T('?'))
            tell_handles(_tcstoul(line + 1, NULL, 10));
        else if (line[0] == _T('#'))
            tell_contents(line + 1);
        else
            let_go(argv[1], line);
    }
    CloseHandle(hStage);
    return 0;
}
