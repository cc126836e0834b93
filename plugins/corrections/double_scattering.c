/* Double scattering in a plate across the beam: I. A. Blech and B. L. Averbach, Phys. Rev. 137 (1965)
 * A1113, doi:10.1103/PhysRev.137.A1113; B. E. Warren and R. L. Mozzi, Acta Cryst. 21 (1966) 459,
 * doi:10.1107/S0365110X66003128.  The depths of both events are integrated in closed form.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "double_scattering.h"
#include "slab.h"

#include <math.h>

#define PI 3.14159265358979323846

enum { AZIMUTHS = 192 };    /* of half a turn */

static const double node[] = {
    0.0950125098376374, 0.2816035507792589, 0.4580167776572274, 0.6178762444026438,
    0.7554044083550030, 0.8656312023878318, 0.9445750230732326, 0.9894009349916499
};
static const double weight[] = {
    0.1894506104550685, 0.1826034150449236, 0.1691565193950025, 0.1495959888165767,
    0.1246289712555339, 0.0951585116824928, 0.0622535239386479, 0.0271524594117541
};

/* Cubic through the four neighbours. */
static double sigma_at(const struct double_scattering *d, double cosine)
{
    double x = sqrt(fmax((1 - cosine) / 2, 0)) * DOUBLE_TABLE;
    int i = x < DOUBLE_TABLE ? (int)x : DOUBLE_TABLE - 1;
    double t = x - i;
    const double *y = d->sigma + i;    /* of i - 1, i, i + 1, i + 2 */
    return y[1] + t / 2 * (y[2] - y[0] + t * (2 * y[0] - 5 * y[1] + 4 * y[2] - y[3] +
                                              t * (3 * (y[1] - y[2]) + y[3] - y[0])));
}

/* 32 panels forward, where sigma has its peak, 8 backward; the depth integral has an edge in between. */
void double_scattering_prepare(struct double_scattering *d)
{
    for (int panel = 0, n = 0; panel < 40; panel++) {
        double width = PI / 2 / (panel < 32 ? 32 : 8);
        double from = panel < 32 ? panel * width : PI / 2 + (panel - 32) * width;
        for (int k = 0; k < 16; k++, n++) {
            double angle = from + width * (0.5 + (k % 2 ? 0.5 : -0.5) * node[k / 2]);
            d->cosine[n] = cos(angle);
            d->weight[n] = width / 2 * weight[k / 2] * sin(angle) * sigma_at(d, d->cosine[n]);
        }
    }
}

/* Along which of the two orders the rays run depends on the sign of the first cosine. */
static double depth_integral(double depth, double first, double last)
{
    double x = depth, x_first = depth / fabs(first), x_last = depth / last;
    if (first > 0)
        return x_first * slab_chain(x, x_first, x_last);
    return x_first * exp(-x_last) * slab_chain(x - x_last, x + x_first, 0);
}

double double_scattering_at(const struct double_scattering *d, double cos_two_theta)
{
    double sine = sqrt(fmax(1 - cos_two_theta * cos_two_theta, 0)), total = 0;
    double cos_azimuth[AZIMUTHS + 1];
    for (int k = 0; k <= AZIMUTHS; k++)
        cos_azimuth[k] = cos(PI / AZIMUTHS * k);
    for (int n = 0; n < DOUBLE_NODES; n++) {
        double along = d->cosine[n] * cos_two_theta;
        double across = sqrt(fmax(1 - d->cosine[n] * d->cosine[n], 0)) * sine;
        double ring = (sigma_at(d, along + across) + sigma_at(d, along - across)) / 2;
        for (int k = 1; k < AZIMUTHS; k++)
            ring += sigma_at(d, along + across * cos_azimuth[k]);
        total += d->weight[n] * ring * depth_integral(d->depth, d->cosine[n], cos_two_theta);
    }
    return d->strength * total * 2 * PI / AZIMUTHS / slab_through(d->depth, d->depth / cos_two_theta);
}
