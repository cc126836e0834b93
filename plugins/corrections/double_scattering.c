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

/* Azimuths of half a turn: few for small rings, the most for a great circle. */
enum { LEVELS = 5 };
static const int points[LEVELS] = { 16, 32, 48, 96, 192 };

static const double node[] = {
    0.0950125098376374, 0.2816035507792589, 0.4580167776572274, 0.6178762444026438,
    0.7554044083550030, 0.8656312023878318, 0.9445750230732326, 0.9894009349916499
};
static const double weight[] = {
    0.1894506104550685, 0.1826034150449236, 0.1691565193950025, 0.1495959888165767,
    0.1246289712555339, 0.0951585116824928, 0.0622535239386479, 0.0271524594117541
};

/* Compiled into functions for several sets of instructions, which give the same bits. */
#define INTO_EACH static inline __attribute__((always_inline))

/* Cubic through the four neighbours, sixteen at a time: loops of known length become vectors. */
enum { AT_ONCE = 16 };

INTO_EACH void sigma_at(const struct double_scattering *d, const double *cosine, double *sigma)
{
    double t[AT_ONCE], y[4][AT_ONCE];
    int from[AT_ONCE];
    for (int k = 0; k < AT_ONCE; k++) {
        double square = (1 - cosine[k]) / 2, x = sqrt(square > 0 ? square : 0) * DOUBLE_TABLE;
        int i = (int)x;
        from[k] = i < DOUBLE_TABLE ? i : DOUBLE_TABLE - 1;
        t[k] = x - from[k];
    }
    for (int k = 0; k < AT_ONCE; k++)
        for (int j = 0; j < 4; j++) /* of i - 1, i, i + 1, i + 2 */
            y[j][k] = d->sigma[from[k] + j];
    for (int k = 0; k < AT_ONCE; k++)
        sigma[k] = y[1][k] + t[k] / 2 * (y[2][k] - y[0][k] +
                                         t[k] * (2 * y[0][k] - 5 * y[1][k] + 4 * y[2][k] - y[3][k] +
                                                 t[k] * (3 * (y[1][k] - y[2][k]) + y[3][k] - y[0][k])));
}

/* 32 panels forward, where sigma has its peak, 8 backward; the depth integral has an edge in between. */
void double_scattering_prepare(struct double_scattering *d)
{
    for (int level = 0, at = 0; level < LEVELS; level++)
        for (int k = 0; k < points[level]; k++, at++)
            d->cos_azimuth[at] = cos(PI / points[level] * (k + 0.5));
    for (int panel = 0, n = 0; panel < 40; panel++) {
        double width = PI / 2 / (panel < 32 ? 32 : 8);
        double from = panel < 32 ? panel * width : PI / 2 + (panel - 32) * width;
        double sigma[AT_ONCE];
        for (int k = 0; k < 16; k++) {
            double angle = from + width * (0.5 + (k % 2 ? 0.5 : -0.5) * node[k / 2]);
            d->cosine[n + k] = cos(angle);
            d->weight[n + k] = width / 2 * weight[k / 2] * sin(angle);
        }
        sigma_at(d, d->cosine + n, sigma);
        for (int k = 0; k < 16; k++, n++)
            d->weight[n] *= sigma[k];
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

/* Mean over a ring of second scattering angles, at the middles of equal parts of half a turn.  On the way
 * round the angle changes by at most the smaller of the sines of the two cones' angles times the azimuth: a
 * small ring needs fewer points.  Steps of the angle are at most half of those of 192 points on a great
 * circle, and on large rings those. */
INTO_EACH double ring(const struct double_scattering *d, double along, double across, double smaller)
{
    double sum[AT_ONCE] = { 0 }, cosine[AT_ONCE], sigma[AT_ONCE], mean = 0;
    const double *cos_azimuth = d->cos_azimuth;
    int level = 0, n = points[0];
    while (level < LEVELS - 1 && n < 2 * points[LEVELS - 1] * smaller) {
        cos_azimuth += n;
        n = points[++level];
    }
    for (int i = 0; i < n; i += AT_ONCE) {
        for (int k = 0; k < AT_ONCE; k++)
            cosine[k] = along + across * cos_azimuth[i + k];
        sigma_at(d, cosine, sigma);
        for (int k = 0; k < AT_ONCE; k++)
            sum[k] += sigma[k];
    }
    for (int k = 0; k < AT_ONCE; k++)
        mean += sum[k];
    return mean / n;
}

typedef double ring_mean(const struct double_scattering *d, double along, double across, double smaller);

static double ring_portable(const struct double_scattering *d, double along, double across, double smaller)
{
    return ring(d, along, across, smaller);
}

#if defined(__x86_64__)
__attribute__((target("avx2")))
static double ring_avx2(const struct double_scattering *d, double along, double across, double smaller)
{
    return ring(d, along, across, smaller);
}
#define RING (__builtin_cpu_supports("avx2") ? ring_avx2 : ring_portable)
#else
#define RING ring_portable
#endif

double double_scattering_at(const struct double_scattering *d, double cos_two_theta)
{
    ring_mean *const mean_over = RING;
    double sine = sqrt(fmax(1 - cos_two_theta * cos_two_theta, 0)), total = 0;
    for (int n = 0; n < DOUBLE_NODES; n++) {
        double first = sqrt(fmax(1 - d->cosine[n] * d->cosine[n], 0));
        double mean = mean_over(d, d->cosine[n] * cos_two_theta, first * sine, fmin(first, sine));
        total += d->weight[n] * mean * depth_integral(d->depth, d->cosine[n], cos_two_theta);
    }
    return d->strength * total * 2 * PI / slab_through(d->depth, d->depth / cos_two_theta);
}
