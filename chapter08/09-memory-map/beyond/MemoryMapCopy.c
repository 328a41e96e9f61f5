/*
 * MemoryMapCopy.c - copies a file with ReadFile and WriteFile, then through views, and compares (not in the book).
 *
 * Shows   Mapping a large file piece by piece for reading and for writing; which of the two ways is faster here; a copy
 *         that gets its name only when it is complete (MoveFileEx); GetFileInformationByHandle: one file, two names.
 * Run     MemoryMapCopy FROM TO
 * With    in_page_error.c
 */
#include <stdlib.h>
#include <string.h>

#include "companion.h"
#include "in_page_error.h"

#define PIECE_BYTES 16777216 /* a multiple of every dwAllocationGranularity */

static volatile LONG isCancelled;

/* Lets the main thread end the copy and remove it. True: the program goes on. */
static BOOL WINAPI on_ctrl_c(DWORD event)
{
    isCancelled = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
    return isCancelled;
}

static bool check_cancelled(void)
{
    if (isCancelled)
        SetLastError(ERROR_CANCELLED);
    return isCancelled != 0;
}

/* A file may have many names, but has one index on its volume. */
static bool is_same_file(HANDLE hFrom, const TCHAR *to)
{
    BY_HANDLE_FILE_INFORMATION source, target = {0};

    HANDLE hTo =
        CreateFile(to, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (hTo == INVALID_HANDLE_VALUE)
        return false;
    bool isKnown = GetFileInformationByHandle(hFrom, &source) && GetFileInformationByHandle(hTo, &target);
    CloseHandle(hTo);
    return isKnown && source.dwVolumeSerialNumber == target.dwVolumeSerialNumber &&
           source.nFileIndexHigh == target.nFileIndexHigh && source.nFileIndexLow == target.nFileIndexLow;
}

static bool copy_by_calls(HANDLE hFrom, HANDLE hTo, LONGLONG size)
{
    static char bytes[65536];
    DWORD bytesRead, bytesWritten;

    for (LONGLONG done = 0; done < size && !check_cancelled(); done += bytesRead) {
        if (!ReadFile(hFrom, bytes, sizeof(bytes), &bytesRead, NULL))
            return false;
        if (bytesRead == 0) {
            SetLastError(ERROR_HANDLE_EOF);
            return false;
        }
        if (!WriteFile(hTo, bytes, bytesRead, &bytesWritten, NULL))
            return false;
    }
    return !check_cancelled();
}

/* Maps the same piece of both files, one piece after the other, and copies it or compares. False: see GetLastError. */
static bool visit_views(HANDLE hFrom, HANDLE hTo, LONGLONG size, bool copies)
{
    LARGE_INTEGER end;

    end.QuadPart = size;
    if (size == 0) /* an empty file cannot be mapped: error 1006 */
        return true;
    HANDLE hFromMapping = CreateFileMapping(hFrom, NULL, PAGE_READONLY, 0, 0, NULL);
    if (hFromMapping == NULL)
        return false;
    /* This makes the copy as long as the original at once. */
    HANDLE hToMapping = CreateFileMapping(hTo, NULL, PAGE_READWRITE, (DWORD)end.HighPart, end.LowPart, NULL);
    bool isSuccess = hToMapping != NULL;

    for (LONGLONG offset = 0; isSuccess && offset < size && !check_cancelled(); offset += PIECE_BYTES) {
        SIZE_T bytes = size - offset < PIECE_BYTES ? (SIZE_T)(size - offset) : PIECE_BYTES;
        DWORD high = (DWORD)(offset >> 32), low = (DWORD)offset;
        const void *from = MapViewOfFile(hFromMapping, FILE_MAP_READ, high, low, bytes);
        void *to = from == NULL ? NULL : MapViewOfFile(hToMapping, FILE_MAP_WRITE, high, low, bytes);

        isSuccess = to != NULL;
        if (isSuccess && copies) {
            memcpy(to, from, bytes);
        } else if (isSuccess && memcmp(to, from, bytes) != 0) {
            SetLastError(ERROR_INVALID_DATA);
            isSuccess = false;
        }
        DWORD error = GetLastError();
        UnmapViewOfFile(from);
        UnmapViewOfFile(to);
        SetLastError(error);
    }
    DWORD error = GetLastError();
    CloseHandle(hFromMapping);
    CloseHandle(hToMapping);
    SetLastError(error);
    return isSuccess && !check_cancelled();
}

/* Copies in one of the two ways into the new file `part`, compares, prints the rate. Removes what is incomplete. */
static bool copy_and_check(HANDLE hFrom, const TCHAR *part, LONGLONG size, bool usesViews)
{
    LARGE_INTEGER before, after, frequency, beginning = {{0}};

    HANDLE hTo = CreateFile(part, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
    if (hTo == INVALID_HANDLE_VALUE) {
        report_error(_T("CreateFile(%s)"), part);
        if (GetLastError() == ERROR_FILE_EXISTS)
            report(_T("hint: a copy that was killed leaves it behind; delete it, unless it is a file of yours"));
        return false;
    }
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&before);
    bool isSuccess = SetFilePointerEx(hFrom, beginning, NULL, FILE_BEGIN) &&
                     (usesViews ? visit_views(hFrom, hTo, size, true) : copy_by_calls(hFrom, hTo, size));
    QueryPerformanceCounter(&after);
    isSuccess = isSuccess && visit_views(hFrom, hTo, size, false);
    if (!isSuccess)
        report_error(_T("copy to %s"), part);
    CloseHandle(hTo);

    double seconds = (double)(after.QuadPart - before.QuadPart + 1) / (double)frequency.QuadPart;
    if (isSuccess)
        print(_T("%s: %.0f MB/s, %lld bytes, all the same\n"), usesViews ? _T("views") : _T("ReadFile and WriteFile"),
              (double)size / 1e6 / seconds, size);
    else if (!DeleteFile(part))
        report_error(_T("DeleteFile(%s)"), part);
    return isSuccess;
}

int _tmain(int argc, TCHAR *argv[])
{
    LARGE_INTEGER size;

    const option_spec options[] = {OPTIONS_END};
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Copies a file in two ways, checks each copy, and prints how fast they were."),
                  _T("FROM TO"), options);
    const TCHAR *from = argv[1], *to = argv[2];
    /* No limit of ours: what a path may have, the system knows (32767 characters where long ones are switched on). */
    size_t part_chars = _tcslen(to) + _tcslen(_T(".part")) + 1;
    TCHAR *part = malloc(part_chars * sizeof(TCHAR));
    if (part == NULL)
        die_error(_T("malloc"));
    format_text(part, part_chars, _T("%s.part"), to);
    if (AddVectoredExceptionHandler(1, end_at_in_page_error) == NULL)
        die_error(_T("AddVectoredExceptionHandler"));
    if (!SetConsoleCtrlHandler(on_ctrl_c, TRUE))
        die_error(_T("SetConsoleCtrlHandler"));

    /* While the file is copied nobody may have it open for writing. */
    HANDLE hFrom = CreateFile(from, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (hFrom == INVALID_HANDLE_VALUE || !GetFileSizeEx(hFrom, &size))
        die_error(_T("CreateFile(%s)"), from);
    if (is_same_file(hFrom, to)) {
        report(_T("%s and %s are the same file"), from, to);
        return STATUS_FAILED;
    }

    if (!copy_and_check(hFrom, part, size.QuadPart, false))
        return STATUS_FAILED;
    if (!DeleteFile(part))
        die_error(_T("DeleteFile(%s)"), part);
    if (!copy_and_check(hFrom, part, size.QuadPart, true))
        return STATUS_FAILED;
    if (!MoveFileEx(part, to, MOVEFILE_REPLACE_EXISTING)) {
        report_error(_T("MoveFileEx(%s, %s)"), part, to);
        DeleteFile(part);
        return STATUS_FAILED;
    }
    CloseHandle(hFrom);
    free(part);
    return 0;
}
