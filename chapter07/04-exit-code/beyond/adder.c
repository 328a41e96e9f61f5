/*
 * adder.c - what the two managers of this lesson do alike, the right one and the wrong one.
 *
 * Shows   CreateProcess on a partner in this program's own folder.
 * With    AdderManager.c, NonStopAdderManager.c, StillActive.c
 */
#include <stdlib.h>

#include "companion.h"

#include "../shared/adder.h"

void read_parts(int argc, TCHAR *argv[], const TCHAR *about, part parts[2])
{
    const option_spec options[] = {OPTIONS_END};
    DWORD from = 1, to = 10;

    int numbers = parse_options(argc, argv, about, _T("[FROM] [TO]"), options);
    if (numbers > 0 && !parse_number(argv[1], 0, ADDER_MAX, &from))
        die_usage(_T("FROM: '%s' is not a whole number from 0 to %lu"), argv[1], ADDER_MAX);
    if (numbers > 1 && !parse_number(argv[2], 0, ADDER_MAX, &to))
        die_usage(_T("TO: '%s' is not a whole number from 0 to %lu"), argv[2], ADDER_MAX);
    if (from >= to)
        die_usage(_T("FROM is %lu and TO is %lu: two children need two numbers at least"), from, to);

    DWORD middle = from + (to - from) / 2;
    parts[0].from = from;
    parts[0].to = middle;
    parts[1].from = middle + 1;
    parts[1].to = to;
}

bool start_part_adder(part numbers, DWORD flags, PROCESS_INFORMATION *child)
{
    STARTUPINFO startup = {0};
    TCHAR text[16];

    TCHAR *program = partner_path(_T("PartAdder"));
    TCHAR *commandLine = append_argument(NULL, program);
    format_text(text, 16, _T("%lu"), numbers.from);
    commandLine = append_argument(commandLine, text);
    format_text(text, 16, _T("%lu"), numbers.to);
    commandLine = append_argument(commandLine, text);

    /* TRUE: where our messages go, its messages go. */
    startup.cb = sizeof(startup);
    BOOL isSuccess = CreateProcess(program, commandLine, NULL, NULL, TRUE, flags, NULL, NULL, &startup, child);
    if (!isSuccess) {
        report_error(_T("CreateProcess(%s)"), commandLine);
        if (GetLastError() == ERROR_FILE_NOT_FOUND)
            report(_T("hint: PartAdder.exe must lie in the folder of this program"));
    }
    free(commandLine);
    free(program);
    return isSuccess != 0;
}
