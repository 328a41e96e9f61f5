/*
 * MemoryMapCopy.c - copies a file with ReadFile and WriteFile, then through views, and compares.
 *
 * Shows   Mapping a large file piece by piece for reading and for writing; which of the two ways is faster here;
 *         a copy that appears under its name when it is whole (MoveFileEx).
 * Run     MemoryMapCopy FROM TO
 * With    copy_guard.c, in_page_error.c
 */
#include <string.h>

#include "companion.h"
#include "copy_guard.h"
#include "in_page_error.h"

#define PIECE_BYTES 16777216 /* a multiple of every dwAllocationGranularity */

static bool copy_by_calls(HANDLE hFrom, HANDLE hTo, LONGLONG size)
{
    static char bytes[65536];
    DWORD bytesRead, bytesWritten;

    for (LONGLONG done = 0; done < size && !is_cancelled(); done += bytesRead) {
        if (!ReadFile(hFrom, bytes, sizeof(bytes), &bytesRead, NULL) || bytesRead == 0 ||
            !WriteFile(hTo, bytes, bytesRead, &bytesWritten, NULL))
            return false;
    }
    return !is_cancelled();
}

/* Lays views over the same piece of both files, one after the other, and copies them or tells if they differ. */
static bool walk_views(HANDLE hFrom, HANDLE hTo, LONGLONG size, bool isCopied)
{
    LARGE_INTEGER end;
    bool isSame = true;

    end.QuadPart = size;
    if (size == 0) /* error 1006 awaits who maps an empty file */
        return true;
    HANDLE hFromMapping = CreateFileMapping(hFrom, NULL, PAGE_READONLY, 0, 0, NULL);
    /* This lengthens the copy to its whole size at once. */
    HANDLE hToMapping = CreateFileMapping(hTo, NULL, PAGE_READWRITE, (DWORD)end.HighPart, end.LowPart, NULL);
    if (hFromMapping == NULL || hToMapping == NULL)
        return false;

    for (LONGLONG offset = 0; isSame && offset < size && !is_cancelled(); offset += PIECE_BYTES) {
        SIZE_T bytes = size - offset < PIECE_BYTES ? (SIZE_T)(size - offset) : PIECE_BYTES;
        DWORD high = (DWORD)(offset >> 32), low = (DWORD)offset;
        const void *from = MapViewOfFile(hFromMapping, FILE_MAP_READ, high, low, bytes);
        void *to = MapViewOfFile(hToMapping, FILE_MAP_WRITE, high, low, bytes);

        if (from == NULL || to == NULL)
            isSame = false;
        else if (isCopied)
            memcpy(to, from, bytes);
        else if (memcmp(to, from, bytes) != 0) {
            SetLastError(ERROR_INVALID_DATA);
            isSame = false;
        }
        DWORD error = GetLastError();
        UnmapViewOfFile(from);
        UnmapViewOfFile(to);
        SetLastError(error);
    }
    CloseHandle(hFromMapping);
    CloseHandle(hToMapping);
    return isSame && !is_cancelled();
}

/* Copies in one of the two ways into the new file `part`, prints the rate and compares. */
static bool copy_and_check(HANDLE hFrom, const TCHAR *part, LONGLONG size, bool isByViews)
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
                     (isByViews ? walk_views(hFrom, hTo, size, true) : copy_by_calls(hFrom, hTo, size));
    QueryPerformanceCounter(&after);
    isSuccess = isSuccess && walk_views(hFrom, hTo, size, false);
    if (!isSuccess)
        report_error(_T("copy to %s"), part);
    CloseHandle(hTo);

    double seconds = (double)(after.QuadPart - before.QuadPart) / (double)frequency.QuadPart;
    if (isSuccess)
        print(_T("%s: %.0f MB/s, %lld bytes, all the same\n"), isByViews ? _T("views") : _T("ReadFile and WriteFile"),
              (double)size / 1e6 / seconds, size);
    else if (!DeleteFile(part))
        report_error(_T("DeleteFile(%s)"), part);
    return isSuccess;
}

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR part[MAX_PATH];
    LARGE_INTEGER size;

    const option_spec options[] = {OPTIONS_END};
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Copies a file in two ways, checks each copy, and prints how fast they were."),
                  _T("FROM TO"), options);
    const TCHAR *from = argv[1], *to = argv[2];
    if (!format_text(part, MAX_PATH, _T("%s.part"), to))
        die_usage(_T("TO: a path has less than %d characters"), MAX_PATH - 5);
    watch_for_in_page_errors();
    watch_for_ctrl_c();

    /* Nobody writes to the file while it is copied: who has it open for writing keeps us out, and we them. */
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
    return 0;
}
