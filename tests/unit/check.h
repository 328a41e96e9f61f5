/* check.h - checks that report in TAP (testanything.org), which Meson reads. */
#ifndef CHECK_H
#define CHECK_H

#include "companion.h"

static int checks_made, checks_failed;

#define CHECK(condition) check(condition, _T(#condition), __LINE__)

static inline void check(bool holds, const TCHAR *condition, int line)
{
    checks_made++;
    if (!holds)
        checks_failed++;
    print(_T("%s %d - line %d: %s\n"), holds ? _T("ok") : _T("not ok"), checks_made, line, condition);
}

static inline int checks_done(void)
{
    print(_T("1..%d\n"), checks_made);
    return checks_failed == 0 ? 0 : 1;
}

#endif
