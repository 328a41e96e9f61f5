/*
 * adder.h - what the programs of this lesson agree on.
 */
#ifndef ADDER_H
#define ADDER_H

/* The greatest number and the greatest sum. A Win32 exit code beyond it is no sum. */
#define ADDER_MAX 2147483647UL /* 0x7FFFFFFF */

#ifdef _WIN32
#include <windows.h>

/*
 * A PartAdder that fails ends with one of these plus STATUS_FAILED or STATUS_USAGE. The system itself puts an error
 * into the uppermost two bits, as in 0xC0000005 after a crash; the third one says: from an application.
 */
#define ADDER_FAILURE 0xE0000000UL

/* The two halves of the range that a manager has two PartAdders add. */
typedef struct part {
    DWORD from, to;
} part;

/* Reads a manager's command line, [FROM] [TO] (1 and 10), and halves the range. Refuses what cannot be added. */
void read_parts(int argc, TCHAR *argv[], const TCHAR *about, part parts[2]);

/* Starts `PartAdder FROM TO`. False, and said why, when that does not work; the caller closes both handles. */
bool start_part_adder(part numbers, DWORD flags, PROCESS_INFORMATION *child);
#endif

#endif
