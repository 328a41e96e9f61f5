/*
 * tchar.h - what a TCHAR is on POSIX: a char, holding UTF-8. So a file that only handles text is written once
 * for both sides. POSIX programs use char.
 */
#ifndef COMPANION_POSIX_TCHAR_H
#define COMPANION_POSIX_TCHAR_H

#include <stdlib.h>
#include <string.h>

typedef char TCHAR;

#define _T(text)    text
#define _tcschr     strchr
#define _tcscmp     strcmp
#define _tcscspn    strcspn
#define _tcslen     strlen
#define _tcsncmp    strncmp
#define _tcsrchr    strrchr
#define _tcsstr     strstr
#define _tfopen     fopen
#define _tmain      main
#define _tremove    remove
#define _vsntprintf vsnprintf

#endif
