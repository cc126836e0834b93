/* How much the numbers of a compressed pillar scatter: from the noise of load and displacement, the lines
 * that are fitted, and the diameter.  Without a host.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef PILLARS_SCATTER_H
#define PILLARS_SCATTER_H

#include "compression.h"
#include "shared/events.h"

/* Stress (GPa) over strain, and the standard uncertainty of each point, without the diameter's. */
struct scatter {
    size_t n;
    const double *stress, *strain, *of_stress, *of_strain;
    double softness; /* strain that a stress of 1 GPa takes off by the corrections, 1/GPa */
};

/* The curve's slope about the step from i - 1 to i: of a straight line through 6 points on either side, none
 * of them beyond a serration; within one, of the two points alone. */
double local_slope(const struct scatter *s, size_t i, const struct event *event, size_t n_events);

/* The stress at which the curve crosses the line l, shifted by offset, between points i - 1 and i. */
double offset_sigma(const struct scatter *s, const struct line *l, double offset, double at, size_t i,
                    double slope);

/* Relative, of the area of a section, for a standard uncertainty of the top's diameter. */
double area_sigma(const struct shape *shape, enum section section, double sigma_diameter);

/* Of a line's slope, relative, and of where it is zero. */
double line_sigma_slope(const struct line *l);
double line_sigma_zero(const struct line *l);

#endif
