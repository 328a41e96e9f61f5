/*
 * part_file.c - the file into which a client writes until it is complete, beside the one that the user has named.
 *
 * Shows   Look first: only a plain file is replaced, and the part file must be a new one (O_EXCL). Whatever else lies
 *         there, such as a device, a FIFO, a link or somebody's file, stays as it is.
 * With    file_receipt.c
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#define getpid GetCurrentProcessId
#else
#include <unistd.h>
#endif

#include "file_service.h"

bool is_replaceable(const TCHAR *path)
{
#ifdef _WIN32
    DWORD attributes = GetFileAttributes(path);
    bool isReplaceable = attributes == INVALID_FILE_ATTRIBUTES || !(attributes & FILE_ATTRIBUTE_DIRECTORY);
#else
    struct stat status;
    bool isReplaceable = lstat(path, &status) < 0 || S_ISREG(status.st_mode);
#endif
    if (!isReplaceable) {
        report(_T("%s is there, and is no plain file: it is not replaced"), path);
        report(_T("hint: choose another --output, or leave it out, and send what is printed where you want it"));
    }
    return isReplaceable;
}

#ifdef _WIN32
static void fail_since_it_exists(void)
{
    errno = EEXIST;
    SetLastError(ERROR_FILE_EXISTS);
}

/* NULL, with errno, where that name exists. A name such as NUL.123.part is that of a device, which always exists. */
static FILE *create_new(const TCHAR *path)
{
    struct _stat64 status;
    int descriptor = _topen(path, _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY, _S_IREAD | _S_IWRITE);

    if (descriptor >= 0 && (_fstat64(descriptor, &status) != 0 || (status.st_mode & _S_IFMT) != _S_IFREG)) {
        _close(descriptor);
        fail_since_it_exists();
        descriptor = -1;
    }
    return descriptor < 0 ? NULL : _tfdopen(descriptor, _T("wb"));
}

static bool exists(const TCHAR *path)
{
    return GetFileAttributes(path) != INVALID_FILE_ATTRIBUTES;
}
#else
static FILE *create_new(const TCHAR *path)
{
    return fopen(path, "wbxe"); /* x: O_EXCL, e: O_CLOEXEC */
}

static void fail_since_it_exists(void)
{
    errno = EEXIST;
}

static bool exists(const TCHAR *path)
{
    struct stat status;

    return lstat(path, &status) == 0;
}
#endif

FILE *create_part(const TCHAR *path, TCHAR **part_path)
{
    /* The process id: two clients may be fetching the same file. */
    size_t room = _tcslen(path) + 32;
    TCHAR *part = calloc(room, sizeof(TCHAR));
    FILE *file = NULL;

    if (part == NULL)
        die_error(_T("calloc"));
    format_text(part, room, _T("%s.%lu.part"), path, (unsigned long)getpid());
    if (!exists(part)) {
        /* Before the file is there: a signal handler removes what has this name. */
        *part_path = part;
        file = create_new(part);
        if (file != NULL)
            return file;
        *part_path = NULL;
    } else {
        fail_since_it_exists();
    }
    report_error(_T("fopen(%s)"), part);
    if (errno == EEXIST)
        report(_T("hint: a client that was killed has left it, or it is a file of yours; move it away"));
    exit(STATUS_FAILED);
}
