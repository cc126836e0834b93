/* An intensity and all that is known about it, point by point, for its normalisation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCATTERING_POINTS_H
#define SCATTERING_POINTS_H

#include "normalisation.h"
#include "plugin.h"

typedef struct points {
    const frit_view     *v;           /* the intensity */
    normalisation_points all;         /* each point of the axis */
    bool                *measured;    /* is it? */
    normalisation_points sorted;      /* the measured ones, by Q */
    bool                 in_place;    /* they are all of them, in the order of the axis */
    double              *slopes;      /* of the sorted ones, as scales_slopes() */
    size_t              *origin;      /* of these, where they stand on the axis */
} points;

/* From the intensity p->v; expected and f_mean_sq: what atoms scatter alone, and <f>^2, at its points. */
frit_status points_begin(frit_call *c, points *p, const double *expected, const double *f_mean_sq);

/* What an optional input says at the points, added to `column`; as it was where it is not connected.
 * Points where a connected input says nothing are not measured. */
frit_status points_add(frit_call *c, points *p, uint32_t port, const double **column);

/* Sort the measured ones. */
frit_status points_finish(frit_call *c, points *p);

#endif
