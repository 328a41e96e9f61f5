/*
 * MemoryMapWriter.c - changes a file by writing into memory (not in the book).
 *
 * Shows   CreateFileMapping of a file, which makes the file as long as the mapping; why a view begins at a multiple
 *         of dwAllocationGranularity; FlushViewOfFile and FlushFileBuffers; that a mapped file cannot be shortened.
 * Run     MemoryMapWriter [--at OFFSET] [--flush] [--shrink] FILE
 * With    MemoryMapReader.c, at the same time with the same FILE; in_page_error.c
 * POSIX   memory_map_writer.c
 */
#include <stdlib.h>
#include <string.h>

#include "beyond/in_page_error.h"
#include "companion.h"
#include "shared/note.h"

/* Makes the file empty, if nobody has mapped it. */
static int shrink_file(HANDLE hFile, const TCHAR *file)
{
    LARGE_INTEGER beginning = {{0}};

    if (!SetFilePointerEx(hFile, beginning, NULL, FILE_BEGIN))
        die_error(_T("SetFilePointerEx(%s)"), file);
    if (!SetEndOfFile(hFile)) {
        report_error(_T("SetEndOfFile(%s)"), file);
        if (GetLastError() == ERROR_USER_MAPPED_FILE)
            report(_T("hint: as long as a process has mapped the file, it keeps its length"));
        return STATUS_FAILED;
    }
    print(_T("%s is empty now\n"), file);
    return 0;
}

/* Each line that is typed becomes the note. Only memcpy is called, unless each note is to be on the disk at once. */
static void write_notes(char *note, HANDLE hFile, bool flushesNotes)
{
    const TCHAR *line;

    prompt(_T("NOTE >> "));
    while ((line = read_line()) != NULL) {
        char *utf8 = utf8_from_text(line);
        size_t bytes = strlen(utf8);

        if (bytes >= NOTE_BYTES) {
            report(_T("the note of %lu bytes is too long: %d is the limit"), (DWORD)bytes, NOTE_BYTES - 1);
        } else {
            memcpy(note, utf8, bytes + 1);
            /* The first gives the changed pages to the system for writing, the second waits until the disk has them. */
            if (flushesNotes && !FlushViewOfFile(note, bytes + 1))
                die_error(_T("FlushViewOfFile"));
            if (flushesNotes && !FlushFileBuffers(hFile))
                die_error(_T("FlushFileBuffers"));
            print(flushesNotes ? _T("written, and on the disk\n") : _T("written into memory\n"));
        }
        free(utf8);
        prompt(_T("NOTE >> "));
    }
}

int _tmain(int argc, TCHAR *argv[])
{
    DWORD offset = 0;
    bool flushesNotes = false, shrinksFile = false;
    LARGE_INTEGER fileSize;
    SYSTEM_INFO system;

    const option_spec options[] = {
        OPTION_NUMBER("--at", "OFFSET", &offset, 0, NOTE_MAX_OFFSET, "put the note there (0)"),
        OPTION_FLAG("--flush", &flushesNotes, "have each note on the disk before the next one"),
        OPTION_FLAG("--shrink", &shrinksFile, "try to make FILE empty, and nothing else"),
        OPTIONS_END,
    };
    companion_init(argv[0]);
    parse_options(argc, argv, _T("Writes each line that is typed into FILE, over what is there, by writing to memory."),
                  _T("FILE"), options);
    const TCHAR *file = argv[1];
    if (AddVectoredExceptionHandler(1, end_at_in_page_error) == NULL)
        die_error(_T("AddVectoredExceptionHandler"));

    HANDLE hFile = CreateFile(file, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                              shrinksFile ? OPEN_EXISTING : OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (hFile == INVALID_HANDLE_VALUE)
        die_error(_T("CreateFile(%s)"), file);
    if (shrinksFile)
        return shrink_file(hFile, file);
    if (!GetFileSizeEx(hFile, &fileSize))
        die_error(_T("GetFileSizeEx(%s)"), file);

    /* A mapping that is longer than the file makes the file longer. What the new bytes are is up to the file system. */
    LARGE_INTEGER size = fileSize;
    if (size.QuadPart < (LONGLONG)offset + NOTE_BYTES)
        size.QuadPart = (LONGLONG)offset + NOTE_BYTES;
    HANDLE hMapping = CreateFileMapping(hFile, NULL, PAGE_READWRITE, (DWORD)size.HighPart, size.LowPart, NULL);
    if (hMapping == NULL)
        die_error(_T("CreateFileMapping(%s)"), file);

    /* A view begins only at a multiple of this number, 65536: so it may begin before the note. */
    GetSystemInfo(&system);
    DWORD begin = offset - offset % system.dwAllocationGranularity;
    char *view = MapViewOfFile(hMapping, FILE_MAP_WRITE, 0, begin, offset - begin + NOTE_BYTES);
    if (view == NULL)
        die_error(_T("MapViewOfFile(%s, %lu)"), file, begin);
    print(_T("%s: the note is at %lu, in a view that begins at %lu\n"), file, offset, begin);

    write_notes(view + (offset - begin), hFile, flushesNotes);
    UnmapViewOfFile(view);
    CloseHandle(hMapping);
    CloseHandle(hFile);
    return 0;
}
