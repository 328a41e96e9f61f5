/*
 * note.h - the note that the programs of both sides keep in a file: UTF-8, ended by a NUL.
 */
#ifndef NOTE_H
#define NOTE_H

#define NOTE_BYTES 4096
/* With this, the end of the note is below 4 GB, too. */
#define NOTE_MAX_OFFSET 4294963200UL

#endif
