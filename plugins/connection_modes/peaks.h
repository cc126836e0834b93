/* The second shell as a sum of Gaussians: one for each number of shared atoms, and the shells beside it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CONNECTION_MODES_PEAKS_H
#define CONNECTION_MODES_PEAKS_H

#include <stdbool.h>
#include <stddef.h>

/* Peaks 0 to 3 are those of 1 to 4 shared atoms; the neighbours, where there are any, come behind. */
enum { MODES = 4, MOST_PEAKS = MODES + 2 };
enum { AREA, CENTRE, WIDTH, PER_PEAK };          /* parameter k of peak j is number j * PER_PEAK + k */
enum { MOST_PARAMETERS = MOST_PEAKS * PER_PEAK };

/* Within which limits the fit may move. */
struct limits {
    size_t peaks;
    double lower[MOST_PARAMETERS], upper[MOST_PARAMETERS], start[MOST_PARAMETERS];
};

/* Distance of two centres of clusters of radius R that share 1 to 4 atoms: 2 R, sqrt(3) R, sqrt(8/3) R,
 * sqrt(2) R. */
double mode_distance(double radius, size_t mode);

/* The area under a Gaussian of area 1 is 1: height 1/(width sqrt(2 pi)). */
double peak_shape(double r, double centre, double width);

/* For fit_run(): data is a struct peak_points. */
struct peak_points {
    size_t n, peaks;
    const double *r;
    double *work;           /* for peaks_descend(): PEAK_WORK; else NULL */
};
bool peaks_value(const void *points, const double *param, double *f);
bool peaks_jacobian(const void *points, const double *param, double *jacobian);
bool peaks_both(const void *points, const double *param, double *f, double *jacobian);

#endif
