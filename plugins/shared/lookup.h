/* A measured curve, to be read off at other positions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCATTERING_LOOKUP_H
#define SCATTERING_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "plugin.h"

typedef struct lookup_point {
    double x, y, variance;
    size_t index;       /* in the curve */
    bool   measured;
} lookup_point;

typedef struct lookup {
    lookup_point *point;    /* by x */
    size_t        n;
} lookup;

/* From a curve of one dimension with an axis; memory is the call's scratch.  False: no memory. */
bool lookup_make(frit_call *c, const frit_view *v, lookup *l);

/* Value and variance at x: exact at a point, linear between two neighbours.  False: outside the curve, or
 * next to a masked point, so that a gap is never bridged.  A thousandth of a bin counts as inside: two
 * programs seldom print the same grid. */
bool lookup_at(const lookup *l, double x, double *y, double *variance);

/* The same at n positions; what is not known is 0 there.  variance: NULL, or room.  Where the positions are
 * those of the curve, and increase, that is the curve itself.  False: no memory. */
bool lookup_all(frit_call *c, const frit_view *v, size_t n, const double *x, double *y, double *variance,
                bool *known);

/* The curve itself; what is not measured is 0.  variance: NULL, or room. */
void lookup_copy(const frit_view *v, double *y, double *variance, bool *known);

/* Is every point of it surely measured?  False also where a square is too large for a double. */
bool lookup_whole(const frit_view *v);

/* First and last measured position; false: none. */
bool lookup_range(const lookup *l, double *from, double *to);

#endif
