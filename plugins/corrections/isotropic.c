/* All orders of isotropic scattering in a plate across the beam: G. H. Vineyard, Phys. Rev. 96 (1954) 93,
 * doi:10.1103/PhysRev.96.93.  What is scattered at depth u (in units of 1/mu) is the sum of
 *
 *     J_1(u) = e^(-u),  J_(n+1)(u) = albedo/2 int E_1(|u - v|) J_n(v) dv
 *
 * in 256 layers: means of the kernel over two layers are second differences of E_3.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "isotropic.h"
#include "slab.h"

#include <math.h>
#include <string.h>

#define EULER 0.57721566490153286061

/* Milton Abramowitz and Irene Stegun, Handbook of Mathematical Functions, 5.1.11, 5.1.14, 5.1.22. */
static double first_integral(double x)
{
    if (x <= 1) {
        double sum = -EULER - log(x), term = 1;
        for (int k = 1; k < 25; k++) {
            term *= -x / k;
            sum -= term / k;
        }
        return sum;
    }
    double fraction = 0;    /* from its far end; at x = 1 eighty steps give 1e-15 */
    for (int k = 80; k > 0; k--)
        fraction = k / (1 + k / (x + fraction));
    return exp(-x) / (x + fraction);
}

double exponential_integral(int n, double x)
{
    if (x == 0)
        return n == 1 ? INFINITY : 1.0 / (n - 1);
    double e = first_integral(x);
    for (int k = 1; k < n; k++)
        e = (exp(-x) - x * e) / k;
    return e;
}

/* Of the radiation that one layer scatters, the part that another layer, d layers away, is hit by. */
static void make_kernel(double *kernel, double h, double albedo)
{
    double before = 0.5, here = exponential_integral(3, h);
    kernel[0] = albedo * (h + here - 0.5) / h;
    for (int d = 1; d < ISOTROPIC_LAYERS; d++) {
        double after = exponential_integral(3, (d + 1) * h);
        kernel[d] = albedo / 2 * (before - 2 * here + after) / h;
        before = here;
        here = after;
    }
}

void isotropic_prepare(struct isotropic *s, double depth, double albedo)
{
    enum { N = ISOTROPIC_LAYERS };
    double kernel[N], order[N], next[N], h = depth / N, largest = 1;
    make_kernel(kernel, h, albedo);
    *s = (struct isotropic){ .depth = depth };
    for (int i = 0; i < N; i++)
        order[i] = exp(-i * h) * slab_through(h, 0);
    /* each order is at most albedo times the one before: 1e-12 of the first is left out */
    for (int n = 2; n < 2000 && largest > 1e-13; n++) {
        largest = 0;
        for (int i = 0; i < N; i++) {
            next[i] = 0;
            for (int j = 0; j < N; j++)
                next[i] += kernel[i < j ? j - i : i - j] * order[j];
            largest = fmax(largest, next[i]);
        }
        for (int i = 0; i < N; i++)
            s->source[i] += next[i];
        memcpy(order, next, sizeof order);
    }
}

double isotropic_ratio(const struct isotropic *s, double cos_two_theta)
{
    double x = s->depth / cos_two_theta, h = x / ISOTROPIC_LAYERS, sum = 0;
    double leaving = slab_through(0, h);
    for (int i = 0; i < ISOTROPIC_LAYERS; i++)
        sum += s->source[i] * exp(-x + (i + 1) * h) * leaving;
    return sum / ISOTROPIC_LAYERS / slab_through(s->depth, x);
}
