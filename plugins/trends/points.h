/* The measured points of a curve within a range, in the order of their positions.
 *
 * What is masked or not finite is left out. Two points at one position are refused with a sentence, or
 * taken together as their weighted mean: a curve against temperature that was measured twice at one of them
 * says two things about it, and which is meant is the recipe's decision.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TRENDS_POINTS_H
#define TRENDS_POINTS_H

#include "plugin.h"

enum { WEIGHTS_SIGMA, WEIGHTS_EQUAL };
enum { REPEATS_STOP, REPEATS_MEAN };
#define POINTS_PARAMS(P)                                                                                     \
    FRIT_CHOICE(P, weights, "sigma|equal",                                                                   \
                "sigma: 1/sigma^2 where the points have a sigma, else equal; equal: all points alike"),      \
    FRIT_CHOICE(P, repeats, "stop|mean",                                                                     \
                "two points at one position. stop: an error; mean: their weighted mean stands for both")

struct points {
    size_t  n;
    double *x, *y;      /* x ascending */
    double *w;          /* weights: 1/sigma^2, or how many points stand for one */
    double *sigma;      /* of each; NULL: not known, or all points alike */
};

/* Points with from <= x <= to (NaN: no limit); the arrays are the host's. A sentence where a sigma is 0
 * or points are repeated. */
frit_status points_collect(frit_call *c, const frit_view *v, double from, double to, int weights, int repeats,
                           struct points *p);
/* "3 measured points, at T = 330 (1.2), 340 (1.3), 350 (1.4) K": positions and values, for sentences. */
const char *points_describe(frit_call *c, const frit_view *v, const struct points *p);
/* "its measured points lie from 303 to 773 K". */
const char *points_extent(frit_call *c, const frit_view *v);
bool point_measured(const frit_view *v, size_t i);
double point_position(const frit_view *v, size_t i);

/* The unit of a slope: "unit/axis". */
const char *points_slope_unit(frit_call *c, const frit_view *v);

#endif
