/* The detector of the simulation: where its pixels are, and which of them the beam stop hides.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "detector.h"

#include <math.h>

struct geometry detector_geometry(const struct detector *d)
{
    struct geometry g = { .dist = d->dist,
                          .poni1 = d->poni1,
                          .poni2 = d->poni2,
                          .rot1 = d->rot1,
                          .rot2 = d->rot2,
                          .rot3 = d->rot3,
                          .wavelength = d->wavelength,
                          .pixel1 = d->pixel,
                          .pixel2 = d->pixel,
                          .orientation = 3,
                          .rows = (size_t)d->rows,
                          .cols = (size_t)d->columns };
    geometry_turn(&g);
    return g;
}

struct stop detector_stop(const struct detector *d, double radius, double arm_width, double margin)
{
    struct geometry g = detector_geometry(d);
    struct stop stop = { NAN, NAN, radius > 0 ? (radius + margin) / d->pixel : 0,
                         arm_width > 0 ? (arm_width / 2 + margin) / d->pixel : 0 };
    if (!geometry_beam(&g, &stop.row, &stop.column))
        stop.row = stop.column = NAN;
    return stop;
}

bool stop_hides(const struct stop *s, size_t row, size_t column)
{
    double down = (double)row + 0.5 - s->row, right = (double)column + 0.5 - s->column;
    return hypot(down, right) < s->radius || (right > 0 && fabs(down) < s->arm);
}
