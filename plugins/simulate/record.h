/* What the sinks that leave raw files share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SIMULATE_RECORD_H
#define SIMULATE_RECORD_H

#include "shared/time_text.h"
#include "plugin.h"

#define START_TIME(T) \
    FRIT_TEXT(T, start_time, "2026-01-15T09:00:00", 0, "when the log begins: a date and time, ISO 8601")

/* Seconds since 1970; FRIT_EPARAM with a sentence where the text is no date and time. */
frit_status record_time(frit_call *c, const char *text, double *seconds);
/* "2026-01-15T09:00:15", with thousandths where there are some. */
const char *record_time_text(double seconds, char out[TIME_TEXT]);
/* The only number at a port. */
frit_status record_number(frit_call *c, uint32_t port, uint64_t i, double *value);
/* What write errors look like: FRIT_EIO with a sentence unless all went well; closes the file. */
frit_status record_close(frit_call *c, void *file);

#endif
