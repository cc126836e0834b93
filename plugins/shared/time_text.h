/* Dates and times as programs and people write them: of logs and of the headers of frames.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SHARED_TIME_TEXT_H
#define SHARED_TIME_TEXT_H

#include <stdbool.h>
#include <stddef.h>

enum time_kind {
    TIME_NONE,         /* no time at all */
    TIME_OF_DAY,       /* "10:02:03.5": seconds since midnight; of an elapsed time since its zero */
    TIME_DATE,         /* a date, with or without a time: seconds since 1970-01-01T00:00:00Z */
    TIME_AMBIGUOUS     /* "03/04/2026", where the order of day and month is not given */
};

/* Which comes first in "03/04/2026"; with points between ("03.04.2026") it is always the day. */
enum time_order { TIME_ORDER_UNKNOWN, TIME_DAY_FIRST, TIME_MONTH_FIRST };

/* All n bytes of the text, blanks around them aside.  Known: ISO 8601 ("2026-11-22T10:02:03.5+01:00", a blank
 * for the T, basic form), "2026:11:22 10:02:03" (EXIF, TIFF), "22.11.2026 10:02:03,5", "11/22/2026 10:02:03
 * PM", "22-Nov-2026 10:02", "Sun Nov 22 10:02:03 2026" (ctime), "10:02:03".  A text without a zone is taken
 * as UTC. */
enum time_kind time_text_read(const char *text, size_t n, enum time_order order, double *seconds);

enum { TIME_TEXT = 40 };

/* For a sentence: seconds since 1970 as "2026-11-22 10:02:03.5", a small number as "12.5 s". */
const char *time_text_print(double seconds, char out[TIME_TEXT]);

#endif
