/* A compressed pillar as numbers: geometry, corrections, yield.  Without a host.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef PILLARS_COMPRESSION_H
#define PILLARS_COMPRESSION_H

#include <stdbool.h>
#include <stddef.h>

/* um, degrees: the half angle by which the pillar widens downwards. */
struct shape {
    double top, height, taper;
};

enum section { SECTION_TOP, SECTION_MID, SECTION_MEAN };

double shape_base(const struct shape *s);
double shape_area(const struct shape *s, enum section section); /* um^2; MEAN: volume/height */
/* How much an elastic pillar of this modulus shortens, nm/mN. */
double shape_compliance(const struct shape *s, double modulus);
/* A flat round punch pressed into a half space (Sneddon), nm/mN; diameter in um, modulus in GPa. */
double punch_compliance(double diameter, double modulus, double poisson);

struct line {
    double slope, zero; /* y = slope (x - zero) */
    bool good;
    double n, mean, xx, sigma; /* points, mean of x, sum (x - mean)^2, scatter of y about the line */
};

/* Through the points of the rise in which y is within from..to of its highest. */
struct line rise_line(const double *x, const double *y, size_t n, double from, double to);

/* Where the curve first falls below the line, shifted by offset along x, after having been above it: y;
 * NaN. */
double offset_yield(const double *x, const double *y, size_t n, const struct line *l, double offset,
                    double *at, size_t *where); /* *where: the point behind it, >= 1 */
/* The knee of two straight lines that meet, fitted to points 0..n-1; NaN where there is none.
 * *sigma: from the scatter about both. */
double bilinear_yield(const double *x, const double *y, size_t n, double *at, double *sigma);

#endif
