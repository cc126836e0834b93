/* Random numbers of a detector.
 *
 * Poisson's distribution by transformed rejection (PTRS): W. Hoermann, Insurance: Mathematics and Economics
 * 12 (1993) 39, doi:10.1016/0167-6687(93)90997-4; some 1.2 pairs of uniform numbers a deviate, whatever the
 * mean. The uniform numbers are those of GSL's generators.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "counts.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

/* The mixing of splitmix64. */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

unsigned long counts_seed(uint64_t seed, uint64_t kind, uint64_t frame, uint64_t row)
{
    return (unsigned long)(mix(mix(mix(mix(seed) ^ kind) ^ frame) ^ row) & 0xffffffffu);
}

/* log(mean^k e^(-mean)/k!), by Stirling's series where that is right to 1e-12. */
static double log_probability(double k, double mean, double log_mean)
{
    if (k < 16)
        return k * log_mean - mean - gsl_sf_lnfact((unsigned)k);
    double x = 1 / (k * k), series = (1.0 / 12 - x * (1.0 / 360 - x * (1.0 / 1260 - x / 1680))) / k;
    return k * (log_mean - log(k)) - mean + k - 0.5 * log(6.283185307179586 * k) - series;
}

double counts_poisson(gsl_rng *rng, double mean)
{
    if (!(mean >= 10))
        return mean > 0 ? gsl_ran_poisson(rng, mean) : 0;
    double b = 0.931 + 2.53 * sqrt(mean), a = -0.059 + 0.02483 * b, accept = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
        double u = gsl_rng_uniform(rng) - 0.5, v = gsl_rng_uniform_pos(rng);
        double us = 0.5 - fabs(u), k = (2 * a / us + b) * u + mean + 0.43;
        if (k >= 0 && us >= 0.07 && v <= accept)
            return (double)(int64_t)k;
        if (k < 0 || (us < 0.013 && v > us))
            continue;
        k = floor(k);
        double height = log(v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (us * us) + b));
        if (height <= log_probability(k, mean, log(mean)))
            return k;
    }
}
