/* The place and height of a maximum or minimum of measured points, and where they pass a level: by local
 * regression.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef METRICS_LOCAL_FIT_H
#define METRICS_LOCAL_FIT_H

#include "points.h"

/* A cubic around x, fitted with tricube weights to the points within `range` of it: its value, slope at x.
 * The arrays, where they are not NULL, get d(value)/dy_j and d(slope)/dy_j added.  False: fewer than five
 * points. */
bool local_cubic(const struct metric_points *p, double x, double range, double *value, double *slope,
                 double *value_weight, double *slope_weight);

/* Where the cubic around x has no slope at x, and its value there. */
struct extremum {
    double  at, value;
    double *at_weight, *value_weight;    /* d/dy_j, on all points */
};

enum extremum_found { EXTREMUM_FOUND, EXTREMUM_FEW_POINTS, EXTREMUM_NONE, EXTREMUM_NO_MEMORY };

/* The one next to `start`, a maximum (sign 1) or minimum (-1), between from and to.  Memory is the call's
 * scratch. */
enum extremum_found extremum_find(frit_call *c, const struct metric_points *p, double start, double from,
                                  double to, double range, int sign, struct extremum *e);

/* The nearest place from `start` on in the `direction` (1, -1), at most `reach` away, where the cubic falls
 * to part * e->value; its weights, on all points, take that of e along.  False: there is none. */
bool local_crossing(const struct metric_points *p, const struct extremum *e, double part, int direction,
                    double reach, double range, double *at, double *weight);

#endif
