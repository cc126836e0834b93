/* The points of g(r) that a fit sees.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CONNECTION_MODES_WINDOW_H
#define CONNECTION_MODES_WINDOW_H

#include "plugin.h"
#include "shared/lookup.h"

struct window {
    size_t n;
    double from, to;      /* angstrom */
    double *r, *y;        /* y: g less the baseline */
    double *variance;     /* of y; NULL: not known */
    double *weight;       /* of a point in the sum of squares */
    size_t *index;        /* of the point in the curve */
};

/* How g is read. */
struct reading {
    double baseline;
    double strain;        /* lengths over those of the reference */
    bool   rescale;       /* g was made with the density of the reference: g - 1 is multiplied by strain^3 */
    bool   soft;          /* a point counts with that part of its cell that lies inside: nothing jumps as the
                             window moves over the grid */
    bool   by_sigma;      /* weight 1/variance */
};

/* Measured points from `from` to `to`.  Memory is the call's scratch; NULL r: none. */
struct window window_make(frit_call *c, const lookup *curve, const struct reading *how, bool has_sigma,
                          double from, double to);

#endif
