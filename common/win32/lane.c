/* lane.c - output files of its own for a program that another example started (README.md, "Lanes"). */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define LANE_VARIABLE _T("COMPANION_LANE")
#define ROOT_MARK     _T("root:")
#define LANE_CHARS    4096 /* a path may be longer than MAX_PATH, and a Korean letter takes three chars in UTF-8 */

/* The number of the file behind a handle, unique on its volume. */
static bool file_id(HANDLE hFile, FILE_ID_INFO *id)
{
    return hFile != NULL && hFile != INVALID_HANDLE_VALUE && GetFileType(hFile) == FILE_TYPE_DISK &&
           GetFileInformationByHandleEx(hFile, FileIdInfo, id, sizeof(*id));
}

/*
 * Whether the standard stream `which` is the file LANE + extension. Volumes are not compared: Wine does not
 * know the volume of a stream that Linux handed to it.
 */
static bool is_lane_file(DWORD which, const TCHAR *lane, const TCHAR *extension)
{
    FILE_ID_INFO stream, file;
    TCHAR path[LANE_CHARS];

    if (!format_text(path, LANE_CHARS, _T("%s%s"), lane, extension) || !file_id(GetStdHandle(which), &stream))
        return false;

    HANDLE hFile = CreateFile(path, FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    bool isSame = file_id(hFile, &file) && memcmp(&stream.FileId, &file.FileId, sizeof(file.FileId)) == 0;
    if (hFile != INVALID_HANDLE_VALUE)
        CloseHandle(hFile);
    return isSame;
}

/* Puts the new file LANE + extension behind the C library's stream, which moves the standard handle too. */
static void redirect(FILE *stream, const TCHAR *lane, const TCHAR *extension)
{
    TCHAR path[LANE_CHARS];
    if (!format_text(path, LANE_CHARS, _T("%s%s"), lane, extension) || _tfreopen(path, _T("ab"), stream) == NULL)
        die_error(_T("freopen(%s%s)"), lane, extension);
}

void open_lane(void)
{
    TCHAR parent_lane[LANE_CHARS], lane[LANE_CHARS];
    const size_t mark_chars = _tcslen(ROOT_MARK);

    DWORD chars = GetEnvironmentVariable(LANE_VARIABLE, parent_lane, LANE_CHARS);
    if (chars == 0 || chars >= LANE_CHARS)
        return;

    if (_tcsncmp(parent_lane, ROOT_MARK, mark_chars) == 0) {
        SetEnvironmentVariable(LANE_VARIABLE, parent_lane + mark_chars);
        return;
    }
    /* The parent redirected this program on purpose. */
    if (!is_lane_file(STD_OUTPUT_HANDLE, parent_lane, _T(".out")))
        return;

    TCHAR *file_name = _tcsrchr(parent_lane, _T('\\'));
    int folder_chars = file_name == NULL ? 0 : (int)(file_name + 1 - parent_lane);
    if (!format_text(lane, LANE_CHARS, _T("%.*s%s.%lu"), folder_chars, parent_lane, program_name(),
                     GetCurrentProcessId())) {
        SetLastError(ERROR_FILENAME_EXCED_RANGE);
        die_error(_T("open_lane(%s)"), parent_lane);
    }
    if (is_lane_file(STD_ERROR_HANDLE, parent_lane, _T(".err")))
        redirect(stderr, lane, _T(".err"));
    redirect(stdout, lane, _T(".out"));
    SetEnvironmentVariable(LANE_VARIABLE, lane);
}
