/*
 * file_reply.c - the server's half of the file protocol: the request's name, the header, and how much has been sent.
 *
 * Shows   A request is a stranger's: common/files judges the name by a rule of our own before any system sees it.
 * With    open_win32.c, open_posix.c
 */
#include <stdlib.h>
#include <string.h>

#include "file_name.h"
#include "file_service.h"

void begin_reply(file_reply *reply, size_t request_bytes, bool is_whole)
{
    char header[HEADER_BYTES];

    reply->data[request_bytes] = '\0';
    reply->refusal = is_whole ? utf8_file_name_refusal(reply->data, request_bytes) : _T("the request is too long");
    if (reply->refusal == NULL)
        open_served_file(reply, reply->data, request_bytes);

    if (reply->refusal == NULL) {
        reply->bytes = (size_t)snprintf(header, sizeof(header), "OK %llu\n", reply->size);
    } else {
        /* The reasons are plain ASCII, whatever a TCHAR is. */
        size_t length = _tcslen(reply->refusal);
        memcpy(header, "ERROR ", 6);
        for (size_t i = 0; i < length; i++)
            header[6 + i] = (char)reply->refusal[i];
        header[6 + length] = '\n';
        reply->bytes = 6 + length + 1;
        reply->size = 0;
    }
    memcpy(reply->data, header, reply->bytes);
}

bool have_received(file_reply *reply, size_t bytes)
{
    const char *end = memchr(reply->data + reply->bytes, '\n', bytes);

    reply->bytes += bytes;
    if (end == NULL && reply->bytes < CHUNK_BYTES)
        return false;
    begin_reply(reply, end == NULL ? CHUNK_BYTES : (size_t)(end - reply->data), end != NULL);
    return true;
}

size_t bytes_to_read(const file_reply *reply)
{
    /* What has been announced, and no more, should the file have grown. */
    unsigned long long left = reply->size - reply->sent;

    return left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES;
}

bool have_read(file_reply *reply, size_t bytes)
{
    reply->bytes = bytes;
    reply->sent += bytes;
    return bytes > 0;
}

void end_reply(file_reply *reply, unsigned long client, const TCHAR *trouble)
{
    if (trouble != NULL)
        print(_T("client %lu: %s\n"), client, trouble);
    else if (reply->refusal != NULL)
        print(_T("client %lu: refused, %s\n"), client, reply->refusal);
    else if (reply->sent < reply->size)
        print(_T("client %lu: %s has become shorter while it was sent\n"), client, printable(reply->name));
    else
        print(_T("client %lu: %s, %llu bytes\n"), client, printable(reply->name), reply->size);
    free(reply->name);
    reply->name = NULL;
}
