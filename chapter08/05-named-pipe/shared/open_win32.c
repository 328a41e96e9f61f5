/*
 * open_win32.c - opens a file directly inside the served folder, on Windows.
 *
 * Shows   After CreateFile, ask the handle what has been opened: GetFileType, GetFinalPathNameByHandle. A check of
 *         the name alone could be fooled by a link, and a check before opening by a change in between.
 * POSIX   open_posix.c
 */
#include <stdlib.h>
#include <wchar.h>

#include "file_name.h"
#include "file_service.h"

/*
 * Such as \\?\C:\files: behind \\?\ Windows takes a name as it is and looks for no devices or dots in it. UTF-16 in
 * both builds: for the "A" functions a path ends at 260 characters.
 */
static wchar_t *root;

/* The whole path of what a handle stands for, links resolved; the caller frees. NULL: it has none. */
static wchar_t *final_path(HANDLE hFile)
{
    DWORD room = GetFinalPathNameByHandleW(hFile, NULL, 0, FILE_NAME_NORMALIZED | VOLUME_NAME_DOS);
    wchar_t *path = room == 0 ? NULL : malloc((room + 1) * sizeof(wchar_t));

    if (path == NULL)
        return NULL;
    DWORD chars = GetFinalPathNameByHandleW(hFile, path, room + 1, FILE_NAME_NORMALIZED | VOLUME_NAME_DOS);
    if (chars == 0 || chars > room) {
        free(path);
        return NULL;
    }
    return path;
}

void serve_folder(const TCHAR *folder)
{
    BY_HANDLE_FILE_INFORMATION information;

    /* A folder opens with FILE_FLAG_BACKUP_SEMANTICS only. */
    HANDLE hFolder = CreateFile(folder, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                                FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (hFolder == INVALID_HANDLE_VALUE)
        die_error(_T("CreateFile(%s)"), folder);
    if (!GetFileInformationByHandle(hFolder, &information))
        die_error(_T("GetFileInformationByHandle(%s)"), folder);
    if (!(information.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY))
        die_usage(_T("--root: %s is not a folder"), folder);
    root = final_path(hFolder);
    if (root == NULL)
        die_error(_T("GetFinalPathNameByHandle(%s)"), folder);
    /* The handle stays open as long as the server runs. */

    /* Of a drive's own folder, C:\, the backslash is a part. */
    size_t length = wcslen(root);
    if (root[length - 1] == L'\\')
        root[length - 1] = L'\0';
}

/* Whether the file lies in the served folder itself, once all links are resolved. */
static bool is_inside(HANDLE hFile)
{
    wchar_t *path = final_path(hFile);
    wchar_t *name = path == NULL ? NULL : wcsrchr(path, L'\\');
    bool isInside = false;

    if (name != NULL) {
        *name = L'\0';
        isInside = wcscmp(path, root) == 0;
    }
    free(path);
    return isInside;
}

void open_served_file(file_reply *reply, const char *name, size_t bytes)
{
    LARGE_INTEGER size;

    reply->name = text_from_utf8(name, bytes);
    size_t length = wcslen(root);
    wchar_t *path = malloc((length + 1 + FILE_NAME_CHARS + 1) * sizeof(wchar_t));
    if (path == NULL) {
        reply->refusal = _T("the file cannot be opened");
        return;
    }
    wmemcpy(path, root, length);
    path[length++] = L'\\';
    length += (size_t)MultiByteToWideChar(CP_UTF8, 0, name, (int)bytes, path + length, FILE_NAME_CHARS);
    path[length] = L'\0';

    reply->file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, NULL);
    DWORD error = GetLastError();
    DWORD attributes = reply->file == INVALID_HANDLE_VALUE ? GetFileAttributesW(path) : 0;
    free(path);

    if (reply->file == INVALID_HANDLE_VALUE) {
        if (attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY)
            reply->refusal = _T("that is not a plain file");
        else if (error == ERROR_FILE_NOT_FOUND)
            reply->refusal = _T("there is no such file");
        else
            reply->refusal = _T("the file cannot be opened");
        return;
    }
    reply->has_file = true;
    if (GetFileType(reply->file) != FILE_TYPE_DISK)
        reply->refusal = _T("that is not a plain file");
    else if (!is_inside(reply->file))
        reply->refusal = _T("that file lies elsewhere");
    else if (!GetFileSizeEx(reply->file, &size))
        reply->refusal = _T("the file cannot be opened");
    else
        reply->size = (unsigned long long)size.QuadPart;
}
