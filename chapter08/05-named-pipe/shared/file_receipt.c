/*
 * file_receipt.c - the client's half of the file protocol: takes the answer apart and keeps what is complete.
 *
 * Shows   The content goes into a file beside the final one, and gets its name only when every announced byte is
 *         there: whoever looks at that name sees the old file or the whole new one, never half of it.
 */
#include <stdlib.h>
#include <string.h>

#include "file_service.h"

void begin_receipt(file_receipt *receipt, const TCHAR *path)
{
    memset(receipt, 0, sizeof(*receipt));
    receipt->path = path;
    if (path != NULL && !is_replaceable(path))
        exit(STATUS_FAILED);
}

static void open_output(file_receipt *receipt)
{
    if (receipt->path != NULL)
        receipt->file = create_part(receipt->path, &receipt->part_path);
}

void drop_receipt(file_receipt *receipt)
{
    TCHAR *part_path = receipt->part_path;
    if (part_path == NULL)
        return;
    if (receipt->file != NULL)
        fclose(receipt->file);
    _tremove(part_path);
    receipt->part_path = NULL;
    free(part_path);
}

/* "OK", a blank, a number of 1 to 19 digits, a line feed: exactly that, or it is no header. */
static bool parse_size(const char *header, size_t bytes, unsigned long long *size)
{
    if (bytes < 5 || bytes > 3 + 19 + 1 || memcmp(header, "OK ", 3) != 0)
        return false;
    *size = 0;
    for (size_t i = 3; i < bytes - 1; i++) {
        if (header[i] < '0' || header[i] > '9')
            return false;
        *size = *size * 10 + (unsigned long long)(header[i] - '0');
    }
    return true;
}

/* Takes the header's part of the data and gives its length; has_header or is_refused is set once it is all there. */
static size_t add_to_header(file_receipt *receipt, const char *data, size_t bytes)
{
    size_t taken = 0;

    while (taken < bytes && receipt->header_bytes < HEADER_BYTES) {
        char c = data[taken++];
        receipt->header[receipt->header_bytes++] = c;
        if (c == '\n') {
            receipt->has_header = parse_size(receipt->header, receipt->header_bytes, &receipt->size);
            receipt->is_refused = !receipt->has_header;
            break;
        }
    }
    if (receipt->header_bytes == HEADER_BYTES)
        receipt->is_refused = !receipt->has_header;
    if (receipt->has_header)
        open_output(receipt);
    return taken;
}

static bool keep_bytes(FILE *file, const char *data, size_t bytes)
{
    return bytes == 0 || (fwrite(data, 1, bytes, file) == bytes && fflush(file) == 0);
}

bool add_to_receipt(file_receipt *receipt, const char *data, size_t bytes)
{
    if (!receipt->has_header) {
        size_t taken = add_to_header(receipt, data, bytes);
        data += taken;
        bytes -= taken;
        if (!receipt->has_header)
            return !receipt->is_refused;
    }
    receipt->received += bytes;
    if (receipt->received > receipt->size)
        return false;
    /* A full disk is found out now, not when it is too late to tell. */
    if (receipt->path == NULL ? print_bytes(data, bytes) : keep_bytes(receipt->file, data, bytes))
        return true;
    report_error(_T("write(%s)"), receipt->path == NULL ? _T("standard output") : receipt->part_path);
    drop_receipt(receipt);
    exit(STATUS_FAILED);
}

/* Reports the server's reason, with a question mark for what is not ASCII. */
static void report_refusal(const file_receipt *receipt)
{
    TCHAR reason[HEADER_BYTES + 1];
    size_t chars = 0;

    if (receipt->header_bytes < 8 || memcmp(receipt->header, "ERROR ", 6) != 0) {
        report(_T("the answer does not begin with OK and a size or with ERROR: this is no server of this protocol"));
        return;
    }
    for (size_t i = 6; i < receipt->header_bytes && receipt->header[i] != '\n'; i++)
        reason[chars++] = (unsigned char)receipt->header[i] - 1U < 0x7F ? (TCHAR)receipt->header[i] : _T('?');
    reason[chars] = _T('\0');
    report(_T("the server refused: %s"), reason);
}

/* Where the file is complete. Afterwards nothing is left under the other name. */
static bool give_name(file_receipt *receipt)
{
    bool is_written = fclose(receipt->file) == 0;
    receipt->file = NULL;
    /* Once more: since the beginning somebody may have put something else there. */
    if (!is_replaceable(receipt->path)) {
        drop_receipt(receipt);
        return false;
    }
#ifdef _WIN32
    bool is_done = is_written && MoveFileEx(receipt->part_path, receipt->path, MOVEFILE_REPLACE_EXISTING);
#else
    bool is_done = is_written && rename(receipt->part_path, receipt->path) == 0;
#endif
    if (!is_done)
        report_error(_T("rename(%s, %s)"), receipt->part_path, receipt->path);
    drop_receipt(receipt);
    return is_done;
}

int end_receipt(file_receipt *receipt)
{
    if (receipt->has_header && receipt->received == receipt->size)
        return receipt->path == NULL || give_name(receipt) ? 0 : STATUS_FAILED;

    if (receipt->is_refused)
        report_refusal(receipt);
    else if (!receipt->has_header)
        report(_T("the server went away without an answer"));
    else
        report(_T("the file is not complete: %llu bytes were announced, %s"), receipt->size,
               receipt->received > receipt->size ? _T("more came") : _T("fewer came"));
    drop_receipt(receipt);
    return STATUS_FAILED;
}
