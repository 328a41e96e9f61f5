/*
 * messages.c - what the shell says when something went wrong, in the user's language.
 *
 * Shows   A message names the mistake and what was expected; the shell then goes on.
 * With    shell.c, jobs.c
 */
#include "shell.h"

void report_syntax(syntax_error error)
{
    switch (error) {
    case SYNTAX_QUOTE:
        report(_T("%s"),
               SAY("a \" is missing: quotes come in pairs", "따옴표의 짝이 맞지 않습니다: \"가 하나 모자랍니다."));
        break;
    case SYNTAX_QUOTE_IS_LETTER:
        report(_T("%s"),
               SAY("a \" is missing: in \\\" it is a letter; for a \\ in front of the last quote type \\\\\"",
                   "따옴표의 짝이 맞지 않습니다: \\\"의 \"는 글자입니다. 끝 따옴표 앞의 \\는 \\\\\"로 입력하십시오."));
        break;
    case SYNTAX_NO_PROGRAM:
        report(_T("%s"),
               SAY("a program is missing before or after | < > &", "| < > & 앞이나 뒤에 프로그램이 없습니다."));
        break;
    case SYNTAX_NO_FILE:
        report(_T("%s"), SAY("a file name is missing after < > or >>", "< > >> 뒤에 파일 이름이 없습니다."));
        break;
    case SYNTAX_TWO_FILES:
        report(_T("%s"), SAY("a program reads from one place and writes to one place only",
                             "프로그램이 읽는 곳과 쓰는 곳은 하나씩이어야 합니다."));
        break;
    case SYNTAX_BACKGROUND:
        report(_T("%s"), SAY("& must be the last on its line", "&는 줄의 맨 끝에만 올 수 있습니다."));
        break;
    default:
        report(_T("%s"), SAY("there is not enough memory for this line", "이 줄을 처리할 메모리가 모자랍니다."));
    }
}

void show_status(const TCHAR *name, unsigned long status)
{
    /* Windows gives a program that crashed a number that is known in its hexadecimal form, such as 0xC0000005. */
    if (status >= 0x80000000UL)
        report(SAY("'%s' ended with exit code 0x%08lX", "'%s'의 종료코드: 0x%08lX"), name, status);
    else
        report(SAY("'%s' ended with exit code %lu", "'%s'의 종료코드: %lu"), name, status);
}
