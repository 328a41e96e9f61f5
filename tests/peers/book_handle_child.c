/*
 * book_handle_child.c - takes a handle from its parent as the book's children (listings 8-2 and 8-4) do. The tests copy
 * it to where a parent looks for its child.
 *
 * Run     BookHandleChild
 *             reads a handle from InheritableHandle.txt with %d, and sends one line through it
 *         BookHandleChild NUMBER
 *             waits for the process of the handle NUMBER, as _ttoi reads it
 */
#include "companion.h"

static int send_line(void)
{
    TCHAR message[64];
    DWORD bytesWritten;
    int number;

    FILE *file = _tfopen(_T("InheritableHandle.txt"), _T("rt"));
    if (file == NULL || _ftscanf(file, _T("%d"), &number) != 1)
        die_usage(_T("there is no number in InheritableHandle.txt"));
    fclose(file);

    const TCHAR *line = read_line();
    format_text(message, 64, _T("%s\n"), line == NULL ? _T("") : line);
    if (!WriteFile((HANDLE)(INT_PTR)number, message, (DWORD)(_tcslen(message) * sizeof(TCHAR)), &bytesWritten, NULL))
        die_error(_T("WriteFile(%d)"), number);
    CloseHandle((HANDLE)(INT_PTR)number);
    return 0;
}

int _tmain(int argc, TCHAR *argv[])
{
    companion_init(argv[0]);
    if (argc == 1)
        return send_line();

    HANDLE hParent = (HANDLE)(INT_PTR)_ttoi(argv[1]);
    print(_T("[Child Process] waits\n"));
    if (WaitForSingleObject(hParent, INFINITE) == WAIT_FAILED)
        die_error(_T("WaitForSingleObject"));
    print(_T("[Child Process] the parent has ended\n"));
    return 0;
}
