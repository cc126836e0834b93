/* The parts of an indent: loading, hold, unloading, hold at low load.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef INDENTATION_SEGMENTS_H
#define INDENTATION_SEGMENTS_H

#include <stdbool.h>
#include <stddef.h>

/* What the dataset "segment" holds at each point. */
enum phase {
    PHASE_APPROACH = -1, /* before contact */
    PHASE_LOAD,
    PHASE_HOLD, /* at the peak */
    PHASE_UNLOAD,
    PHASE_LOW_HOLD, /* at a low load, by which the drift is measured */
    PHASE_LAST_UNLOAD
};

#define SEGMENT_DOC                                                                                          \
    "-1 before contact, 0 loading, 1 hold at the peak, 2 unloading, 3 hold at low load, 4 behind it"

/* phase of each of n points, in order of time, from the load alone. room: 2 n doubles. */
void segments_find(size_t n, const double *t, const double *P, double *phase, double *room);

/* Loading and unloading are known (a file's markers): the holds within them. */
void segments_refine(size_t n, const double *t, const double *P, double *phase, double *room);

struct cycle {
    size_t load, hold, unload, unload_end, low,
        low_end; /* first points, and one behind the last; low = low_end: none */
};

/* Cycles of loading and unloading, at most max of them (the others are only counted). */
size_t segments_cycles(size_t n, const double *phase, struct cycle *cycle, size_t max);

#endif
