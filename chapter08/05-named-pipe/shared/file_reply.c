/*
 * file_reply.c - the server's half of the file protocol: which names are files of ours, and the answer.
 *
 * Shows   A request is a stranger's: a name is judged by a rule of our own before any system sees it.
 * With    open_win32.c, open_posix.c
 */
#include <stdlib.h>
#include <string.h>

#include "file_service.h"
#include "utf8.h"

static bool is_letter(char c, char capital)
{
    return c == capital || c == capital + ('a' - 'A');
}

/* Whether the name begins with `word`, in capitals or not, so that after it only `rest` bytes are left. */
static bool is_word(const char *name, size_t bytes, const char *word)
{
    if (bytes != strlen(word))
        return false;
    for (size_t i = 0; i < bytes; i++) {
        if (word[i] >= 'A' && word[i] <= 'Z' ? !is_letter(name[i], word[i]) : name[i] != word[i])
            return false;
    }
    return true;
}

/*
 * The devices of DOS, in every folder and with every ending: "nul", "NUL .txt" and "com1.a.b" too. Windows takes
 * the superscripts one, two and three for digits here.
 */
static bool is_device(const char *name, size_t bytes)
{
    static const char *const devices[] = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"};
    static const char *const superscripts[] = {"\xC2\xB9", "\xC2\xB2", "\xC2\xB3"};
    const char *dot = memchr(name, '.', bytes);
    size_t stem = dot == NULL ? bytes : (size_t)(dot - name);

    while (stem > 0 && name[stem - 1] == ' ')
        stem--;
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        if (is_word(name, stem, devices[i]))
            return true;
    }
    if (stem < 4 || !(is_word(name, 3, "COM") || is_word(name, 3, "LPT")))
        return false;
    if (stem == 4)
        return name[3] >= '0' && name[3] <= '9';
    for (size_t i = 0; i < sizeof(superscripts) / sizeof(superscripts[0]); i++) {
        if (is_word(name + 3, stem - 3, superscripts[i]))
            return true;
    }
    return false;
}

const TCHAR *refuse_name(const char *name, size_t bytes)
{
    size_t units = 0;

    if (bytes == 0)
        return _T("the name is empty");
    for (size_t i = 0; i < bytes;) {
        unsigned long code_point;
        i += utf8_next(name + i, &code_point);

        if (code_point == UTF8_BROKEN)
            return _T("the name is not UTF-8");
        if (code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F))
            return _T("the name has a control character");
        /* The separators of folders, drives and streams, and what only patterns may have. */
        if (code_point < 0x80 && strchr("/\\:*?\"<>|", (int)code_point) != NULL)
            return _T("the name has one of / \\ : * ? \" < > |");
        units += code_point >= 0x10000 ? 2 : 1;
    }
    if (units > NAME_CHARS)
        return _T("the name has more than 255 characters");
    /* Windows drops these; then another file than the one named would open. "." and ".." are among them. */
    if (name[bytes - 1] == '.' || name[bytes - 1] == ' ')
        return _T("the name ends with a dot or a blank");
    if (is_device(name, bytes))
        return _T("the name is that of a device");
    return NULL;
}

void begin_reply(file_reply *reply, size_t request_bytes, bool is_whole)
{
    char header[HEADER_BYTES];

    reply->data[request_bytes] = '\0';
    reply->refusal = is_whole ? refuse_name(reply->data, request_bytes) : _T("the request is too long");
    if (reply->refusal == NULL)
        open_file(reply, reply->data, request_bytes);

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
    }
    memcpy(reply->data, header, reply->bytes);
}

bool next_chunk(file_reply *reply)
{
    unsigned long long left = reply->size - reply->sent;

    if (left == 0)
        return false;
    /* What has been announced, and no more, should the file have grown. Less, should it have shrunk: the client sees.
     */
    reply->bytes = read_file(reply->file, reply->data, left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES);
    reply->sent += reply->bytes;
    return reply->bytes > 0;
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

    if (reply->has_file)
        close_file(reply->file);
    free(reply->name);
}
