/* The heating run: temperatures and times of frames.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SIMULATE_SCHEDULE_H
#define SIMULATE_SCHEDULE_H

#include "plugin.h"

struct schedule {
    int64_t frames;
    double  first, last, rate, interval, exposure;
};

#define SCHEDULE_F64(T, f, unit, def, min, max, doc) FRIT_F64(T, f, unit, def, min, max, 0, doc)
#define SCHEDULE_PARAMS(T) \
    FRIT_I64(T, frames, 0, 0, 1000000, 0, \
             "fewer than there is time for: spread over the run, each in the place of one of all; 0: all"), \
    SCHEDULE_F64(T, first, "K", 303, 1, 2000, "temperature of the first frame"), \
    SCHEDULE_F64(T, last, "K", 773, 1, 2000, "and up to which there are frames"), \
    SCHEDULE_F64(T, rate, "K/min", 20, 1e-3, 1e4, "of heating, even"), \
    SCHEDULE_F64(T, interval, "s", 6, 1e-3, 1e5, "from the start of one frame to that of the next"), \
    SCHEDULE_F64(T, exposure, "s", 1, 0, 1e5, "of a frame")

/* The log begins so many seconds before the first exposure. */
#define SCHEDULE_LEAD 15

uint64_t schedule_frames(const struct schedule *);
double   schedule_temperature(const struct schedule *, uint64_t k);    /* in the middle of the exposure, K */
double   schedule_start(const struct schedule *, uint64_t k);          /* s after the log's first line */
double   schedule_log(const struct schedule *, double t);              /* temperature at such a time, K */

#endif
