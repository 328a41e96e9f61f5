/*
 * handover.h - what MailSender2_1.c, InheritList.c and MailSender2_2.c agree on.
 */
#ifndef HANDOVER_H
#define HANDOVER_H

#include "companion.h"

/* Where the handle's value is left for the child, besides its command line. */
#define HANDLE_FILE     _T("InheritableHandle.txt")
#define HANDLE_VARIABLE _T("INHERITED_MAILSLOT")

/* Opens a mailslot to send, with a handle as `sa` has it. Ends the program where there is none. */
HANDLE open_mailslot(const TCHAR *name, SECURITY_ATTRIBUTES *sa);

/* Sends a message as it is, or as "PROGRAM: message". Ends the program when the mailslot does not take it. */
void send_mail(HANDLE hMailSlot, const TCHAR *message);
void send_signed(HANDLE hMailSlot, const TCHAR *message);

/* Sends what is typed, signed, line by line. True when "exit" was typed, which is not sent; false at end of input. */
bool send_typed_mail(HANDLE hMailSlot, const TCHAR *prompt_text);

/*
 * Lets a child that was started suspended run, waits for its end, closes the handles, and gives its exit code.
 */
DWORD run_to_end(PROCESS_INFORMATION *pi);

#endif
