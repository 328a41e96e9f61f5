/*
 * crash.c - what a program says when it crashes: where in its source, by which exception. Without it Windows says
 * nothing at a console, and Wine starts a debugger that prints 200 lines.
 */
#include "internal.h"

#include <dbghelp.h> /* needs windows.h */

#define STACK_BYTES 65536 /* for us, where a program has used up its stack */

/* Loaded only when they are needed: no program depends on dbghelp.dll. */
typedef BOOL(WINAPI *initialize_symbols)(HANDLE, PCSTR, BOOL);
typedef DWORD(WINAPI *set_options)(DWORD);
typedef BOOL(WINAPI *line_from_address)(HANDLE, DWORD64, PDWORD, PIMAGEHLP_LINE64);

static const TCHAR *exception_name(DWORD code)
{
    switch (code) {
    case EXCEPTION_ACCESS_VIOLATION:
        return _T("EXCEPTION_ACCESS_VIOLATION");
    case EXCEPTION_IN_PAGE_ERROR:
        return _T("EXCEPTION_IN_PAGE_ERROR");
    case EXCEPTION_STACK_OVERFLOW:
        return _T("EXCEPTION_STACK_OVERFLOW");
    case EXCEPTION_INT_DIVIDE_BY_ZERO:
        return _T("EXCEPTION_INT_DIVIDE_BY_ZERO");
    case EXCEPTION_ILLEGAL_INSTRUCTION:
        return _T("EXCEPTION_ILLEGAL_INSTRUCTION");
    default:
        return _T("an exception");
    }
}

/* Windows finds the line in the .pdb of Visual C++, Wine in what MinGW puts into the program itself. */
static bool find_line(const void *address, IMAGEHLP_LINE64 *line)
{
    DWORD displacement;

    HMODULE hDbgHelp = LoadLibraryW(L"dbghelp.dll");
    if (hDbgHelp == NULL)
        return false;
    /* Through a function without parameters, the type that any other may be converted to and from. */
    initialize_symbols initialize = (initialize_symbols)(void (*)(void))GetProcAddress(hDbgHelp, "SymInitialize");
    line_from_address find = (line_from_address)(void (*)(void))GetProcAddress(hDbgHelp, "SymGetLineFromAddr64");
    set_options set = (set_options)(void (*)(void))GetProcAddress(hDbgHelp, "SymSetOptions");
    if (set != NULL)
        set(SYMOPT_LOAD_LINES);
    line->SizeOfStruct = sizeof(*line);
    return initialize != NULL && find != NULL && initialize(GetCurrentProcess(), NULL, TRUE) &&
           find(GetCurrentProcess(), (DWORD64)(ULONG_PTR)address, &displacement, line);
}

/* A file's name, from the code page of the "A" functions, without asking for memory. */
static const TCHAR *text_of(const char *name)
{
#ifdef _UNICODE
    static wchar_t text[MAX_PATH];

    return MultiByteToWideChar(CP_ACP, 0, name, -1, text, MAX_PATH) > 0 ? text : L"?";
#else
    return name;
#endif
}

static LONG WINAPI report_crash(EXCEPTION_POINTERS *crash)
{
    const EXCEPTION_RECORD *exception = crash->ExceptionRecord;
    DWORD code = exception->ExceptionCode;
    IMAGEHLP_LINE64 line = {0};

    if (find_line(exception->ExceptionAddress, &line))
        report_fatal(_T("crashed at %s, line %lu: 0x%08lX %s"), text_of(line.FileName), line.LineNumber, code,
                     exception_name(code));
    else
        report_fatal(_T("crashed at address 0x%llX; the program begins at 0x%llX: 0x%08lX %s"),
                     (unsigned long long)(ULONG_PTR)exception->ExceptionAddress,
                     (unsigned long long)(ULONG_PTR)GetModuleHandle(NULL), code, exception_name(code));
    return EXCEPTION_EXECUTE_HANDLER; /* the process ends, and the exception's number is its exit code */
}

void report_crashes(void)
{
    ULONG bytes = STACK_BYTES;

    SetThreadStackGuarantee(&bytes);
    SetUnhandledExceptionFilter(report_crash);
}
