/* An intensity and all that is known about it, point by point, for its normalisation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SCATTERING_POINTS_H
#define SCATTERING_POINTS_H

#include "atoms.h"
#include "normalisation.h"

typedef struct points {
    const frit_view     *v;           /* the intensity */
    normalisation_point *point;       /* each point of the axis */
    bool                *measured;    /* is it? */
    normalisation_point *sorted;      /* the measured ones, by Q; may be `point` itself */
    double              *slopes;      /* of these, as scales_slopes() */
    size_t              *origin;      /* of these, where they stand on the axis */
    size_t               n;           /* of those */
} points;

/* From the intensity p->v and the averages at its points; `laue` false: <f>^2 stands for <f^2>. */
frit_status points_begin(frit_call *c, points *p, const atom_averages *average, bool laue);

/* What an optional input says at the points, or 0 where it is not connected: added to one member of each.
 * Points where a connected input says nothing are not measured. */
enum point_term { TERM_COMPTON, TERM_FLUORESCENCE, TERM_MULTIPLE };
frit_status points_add(frit_call *c, points *p, uint32_t port, enum point_term term);

/* Sort the measured ones. */
frit_status points_finish(frit_call *c, points *p);

#endif
