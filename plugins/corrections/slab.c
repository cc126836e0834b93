/* Attenuation in flat layers, and the depth integrals of single and double scattering.
 *
 * Integrals over the order of events along a ray are divided differences of e^(-x) (Hermite and Genocchi;
 * C. de Boor, Surv. Approx. Theory 1 (2005) 46).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "slab.h"

#include <math.h>

typedef double two __attribute__((vector_size(16), aligned(8), may_alias));

/* For small s the series sum (-s)^n/(n + 1)!: what it leaves out is below 0.5^16/17! = 4e-20. */
#define SMALL 0.5
static inline two series(two s)
{
    static const double even[] = { 1, 1 / 6.0, 1 / 120.0, 1 / 5040.0, 1 / 362880.0, 1 / 39916800.0,
                                   1 / 6227020800.0, 1 / 1307674368000.0 };
    static const double odd[] = { 1 / 2.0, 1 / 24.0, 1 / 720.0, 1 / 40320.0, 1 / 3628800.0, 1 / 479001600.0,
                                  1 / 87178291200.0, 1 / 20922789888000.0 };
    two x = s * s, a = even[7] * x + even[6], b = odd[7] * x + odd[6];
    for (int k = 5; k >= 0; k--) {
        a = a * x + even[k];
        b = b * x + odd[k];
    }
    return a - s * b;
}

/* expm1() keeps all digits for small s too; the series is faster. */
double slab_mean(double s)
{
    return fabs(s) < SMALL ? series((two){ s, s })[0] : -expm1(-s) / s;
}

void slab_means(size_t n, double *s)
{
    size_t i = 0;
    for (; i + 2 <= n && fabs(s[i]) < SMALL && fabs(s[i + 1]) < SMALL; i += 2)
        *(two *)(s + i) = series(*(two *)(s + i));
    for (; i < n; i++)
        s[i] = slab_mean(s[i]);
}

double slab_through(double x_in, double x_out)
{
    return exp(-fmin(x_in, x_out)) * slab_mean(fabs(x_in - x_out));
}

double slab_back(double x_in, double x_out)
{
    return slab_mean(x_in + x_out);
}

/* -[phi(q) - phi(p)]/(q - p), 0 <= p <= q, of phi = slab_mean, without loss where p and q meet. */
static double decline(double p, double q)
{
    if (q < 1) {
        /* phi(x) = sum (-x)^n/(n + 1)!; h_n = p^n + p^(n-1) q + ... + q^n.  The terms that are left out
         * add up to less than 19/20! = 1e-17 */
        double sum = 0, h = 1, q_power = 1, factorial = 2;
        for (int n = 0; n < 18; n++) {
            sum += (n % 2 ? -h : h) / factorial;
            q_power *= q;
            h = p * h + q_power;
            factorial *= n + 3;
        }
        return sum;
    }
    if (q - p > 0.1)
        return (slab_mean(p) - slab_mean(q)) / (q - p);
    /* the mean of -phi' by Gauss with 4 points: to (q - p)^8 |phi^(9)|/1.7e9 < 1e-18; x is above 0.9 here */
    static const double node[] = { 0.3399810435848563, 0.8611363115940526 };
    static const double weight[] = { 0.3260725774312731, 0.1739274225687269 };
    double sum = 0;
    for (int k = 0; k < 4; k++) {
        double x = (p + q) / 2 + (k % 2 ? 0.5 : -0.5) * (q - p) * node[k / 2];
        sum += weight[k / 2] * (-expm1(-x) - x * exp(-x)) / (x * x);
    }
    return sum;
}

double slab_chain(double x0, double x1, double x2)
{
    double low = fmin(x0, fmin(x1, x2)), high = fmax(x0, fmax(x1, x2));
    double middle = fmax(fmin(x0, x1), fmin(fmax(x0, x1), x2));
    return exp(-low) * decline(middle - low, high - low);
}
