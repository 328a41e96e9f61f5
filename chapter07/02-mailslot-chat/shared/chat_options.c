/*
 * chat_options.c - the command line of both chats.
 *
 * Shows   Two names that must be there, and must differ.
 * With    MailChat.c, mail_chat.c
 */
#include "peer.h"

void parse_names(int argc, TCHAR *argv[], const TCHAR **me, const TCHAR **peer, unsigned long *timeout)
{
    *me = *peer = NULL;
    *timeout = NO_TIME_LIMIT;
    const option_spec options[] = {
        OPTION_TEXT("--me", "NAME", me, "my name, by which the other side finds me"),
        OPTION_TEXT("--peer", "NAME", peer, "the other side's name"),
        OPTION_NUMBER("--timeout", "MS", timeout, 1, NO_TIME_LIMIT - 1,
                      "give the other side MS at most to come and take a line (no limit)"),
        OPTIONS_END,
    };
    parse_options(argc, argv, _T("Talks to another run of this program, line by line, until \"exit\" is typed."), NULL,
                  options);
    if (*me == NULL || *peer == NULL)
        die_usage(_T("%s NAME is missing"), *me == NULL ? _T("--me") : _T("--peer"));

#ifdef _WIN32
    bool isSame = _tcsicmp(*me, *peer) == 0; /* to a mailslot, Alice is alice */
#else
    bool isSame = _tcscmp(*me, *peer) == 0;
#endif
    if (isSame)
        die_usage(_T("--me and --peer are both '%s', but a conversation takes two"), *me);
}
