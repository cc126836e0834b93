/* Where a spline's slope changes its sign.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TRENDS_TURNING_H
#define TRENDS_TURNING_H

#include "pspline.h"

struct turning {
    int    count;         /* of changes between slopes that are certainly not zero */
    double at, sigma;     /* of the first; not set where there is none */
};

/* Between from and to. A change counts where the slope is `certain` times its own uncertainty above
 * zero to one side and as much below to the other: what lies between is noise, and counts once. */
struct turning turning_find(const pspline *s, double from, double to, double certain);

#endif
