/* Sums of Gaussians of given area, and their derivatives.
 *
 * The distances of the connections are those of two equal clusters that share a vertex, an edge, a face or a
 * squeezed tetrahedron: J. Ding, E. Ma, M. Asta and R. O. Ritchie, Sci. Rep. 5 (2015) 17429,
 * doi:10.1038/srep17429.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "peaks.h"

#include <math.h>
#include <string.h>

#define SQRT_2PI 2.5066282746310002

double mode_distance(double radius, size_t mode)
{
    static const double squared[MODES] = {4, 3, 8.0 / 3, 2};
    return radius * sqrt(squared[mode]);
}

double peak_shape(double r, double centre, double width)
{
    double z = (r - centre) / width;
    return exp(-z * z / 2) / (width * SQRT_2PI);
}

bool peaks_both(const void *points, const double *param, double *f, double *jacobian)
{
    const struct peak_points *k = points;
    memset(f, 0, k->n * sizeof *f);
    for (size_t j = 0; j < k->peaks; j++) {
        const double *peak = param + j * PER_PEAK, area = peak[AREA], per_width = 1 / peak[WIDTH];
        const double height = per_width / SQRT_2PI;
        double *of = jacobian + j * PER_PEAK;
        for (size_t i = 0; i < k->n; i++, of += k->peaks * PER_PEAK) {
            const double z = (k->r[i] - peak[CENTRE]) * per_width, shape = exp(-z * z / 2) * height;
            const double slope = area * shape * per_width;
            f[i] += area * shape;
            of[AREA] = shape;
            of[CENTRE] = slope * z;
            of[WIDTH] = slope * (z * z - 1);
        }
    }
    return true;
}

bool peaks_value(const void *points, const double *param, double *f)
{
    const struct peak_points *k = points;
    memset(f, 0, k->n * sizeof *f);
    for (size_t j = 0; j < k->peaks; j++) {
        const double *peak = param + j * PER_PEAK;
        for (size_t i = 0; i < k->n; i++)
            f[i] += peak[AREA] * peak_shape(k->r[i], peak[CENTRE], peak[WIDTH]);
    }
    return true;
}

bool peaks_jacobian(const void *points, const double *param, double *jacobian)
{
    const struct peak_points *k = points;
    for (size_t i = 0; i < k->n; i++) {
        for (size_t j = 0; j < k->peaks; j++) {
            const double *peak = param + j * PER_PEAK;
            double *of = jacobian + (i * k->peaks + j) * PER_PEAK;
            double z = (k->r[i] - peak[CENTRE]) / peak[WIDTH];
            of[AREA] = peak_shape(k->r[i], peak[CENTRE], peak[WIDTH]);
            of[CENTRE] = peak[AREA] * of[AREA] * z / peak[WIDTH];
            of[WIDTH] = peak[AREA] * of[AREA] * (z * z - 1) / peak[WIDTH];
        }
    }
    return true;
}
