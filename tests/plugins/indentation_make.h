/* Small workbooks for the tests: what an .xls and an .xlsx of two tests look like.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

enum { MADE_ROWS = 150 }; /* of a test */

/* Load, depth and time of a row; tests differ by their number. */
static inline double made_load(int test, int row)
{
    return 0.5 * row * test;
}
static inline double made_depth(int test, int row)
{
    return 10.25 * row + test;
}
static inline double made_time(int row)
{
    return 0.1 * row;
}

enum made_fault { MADE_SOUND, MADE_ENCRYPTED, MADE_OLD, MADE_WITHOUT_TESTS };

/* "Test 002" stands before "Test 001"; names are shared texts, one of them cut by a CONTINUE record. */
GByteArray *make_xls(enum made_fault fault);
/* A file at path. */
void make_xlsx(const char *path);
