/*
 * MemoryMapReader.c - sees a file as memory, and what another process writes into it (not in the book).
 *
 * Shows   A file of any length mapped piece by piece; two views of one file, in two processes, that are the same
 *         memory; an empty file, which cannot be mapped (error 1006); an exception in place of an I/O error.
 * Run     MemoryMapReader [--at OFFSET] [--view BYTES] FILE
 * With    MemoryMapWriter.c, at the same time with the same FILE; in_page_error.c
 * POSIX   memory_map_reader.c
 */
#include <stdlib.h>
#include <string.h>

#include "beyond/in_page_error.h"
#include "companion.h"
#include "shared/note.h"

/* Reads the whole file with one view at a time: the file may be larger than the address space. */
static void count_lines(HANDLE hMapping, const TCHAR *file, LONGLONG fileSize, DWORD viewBytes)
{
    LONGLONG lines = 0, views = 0;

    for (LONGLONG offset = 0; offset < fileSize; offset += viewBytes, views++) {
        SIZE_T bytes = fileSize - offset < viewBytes ? (SIZE_T)(fileSize - offset) : viewBytes;
        const char *view = MapViewOfFile(hMapping, FILE_MAP_READ, (DWORD)(offset >> 32), (DWORD)offset, bytes);

        if (view == NULL)
            die_error(_T("MapViewOfFile(%s)"), file);
        for (SIZE_T i = 0; i < bytes; i++)
            lines += view[i] == '\n';
        if (!UnmapViewOfFile(view))
            die_error(_T("UnmapViewOfFile(%s)"), file);
    }
    print(_T("%s: %lld bytes; line breaks: %lld; views: %lld\n"), file, fileSize, lines, views);
}

/* Prints what the memory holds now. Another process may change it while we read: so check and print a copy. */
static void print_note(const char *note, size_t room)
{
    char copy[NOTE_BYTES];

    memcpy(copy, note, room);
    const char *end = memchr(copy, '\0', room);
    TCHAR *text = text_from_utf8(copy, end != NULL ? (size_t)(end - copy) : room);
    if (text == NULL)
        report(_T("the note is no UTF-8 text"));
    else
        print(_T("note: %s\n"), printable(text));
    free(text);
}

int _tmain(int argc, TCHAR *argv[])
{
    DWORD offset = 0, viewBytes = 1048576;
    LARGE_INTEGER fileSize;
    SYSTEM_INFO system;

    const option_spec options[] = {
        OPTION_NUMBER("--at", "OFFSET", &offset, 0, NOTE_MAX_OFFSET, "look for the note there (0)"),
        OPTION_NUMBER("--view", "BYTES", &viewBytes, 1, 1073741824, "map BYTES of the file at a time (1048576)"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Maps FILE; with each Enter, prints the note in it as it is now."), _T("FILE"),
                  options);
    const TCHAR *file = argv[1];
    GetSystemInfo(&system);
    DWORD granularity = system.dwAllocationGranularity;
    if (viewBytes % granularity != 0)
        die_usage(_T("--view: a view begins at a multiple of %lu, which %lu is not"), granularity, viewBytes);
    if (AddVectoredExceptionHandler(1, end_at_in_page_error) == NULL)
        die_error(_T("AddVectoredExceptionHandler"));

    HANDLE hFile = CreateFile(file, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                              FILE_ATTRIBUTE_NORMAL, NULL);
    if (hFile == INVALID_HANDLE_VALUE)
        die_error(_T("CreateFile(%s)"), file);
    if (!GetFileSizeEx(hFile, &fileSize))
        die_error(_T("GetFileSizeEx(%s)"), file);
    /* 0, 0: as long as the file is now. It does not become longer when the file does. */
    HANDLE hMapping = CreateFileMapping(hFile, NULL, PAGE_READONLY, 0, 0, NULL);
    if (hMapping == NULL) {
        report_error(_T("CreateFileMapping(%s)"), file);
        if (GetLastError() == ERROR_FILE_INVALID)
            report(_T("hint: the file is empty; there is nothing to map"));
        return STATUS_FAILED;
    }
    count_lines(hMapping, file, fileSize.QuadPart, viewBytes);
    if (offset >= fileSize.QuadPart) {
        report(_T("the file ends before %lu; there is no note"), offset);
        return STATUS_FAILED;
    }

    DWORD begin = offset - offset % granularity;
    LONGLONG left = fileSize.QuadPart - offset;
    DWORD room = left < NOTE_BYTES ? (DWORD)left : NOTE_BYTES;
    const char *view = MapViewOfFile(hMapping, FILE_MAP_READ, 0, begin, offset - begin + room);
    if (view == NULL)
        die_error(_T("MapViewOfFile(%s, %lu)"), file, begin);

    do {
        print_note(view + (offset - begin), room);
        prompt(_T("Enter: look again >> "));
    } while (read_line() != NULL);

    UnmapViewOfFile(view);
    CloseHandle(hMapping);
    CloseHandle(hFile);
    return 0;
}
