/* Loops of the transform, eight values at a time, for the instructions that the processor has.
 *
 * The same source is compiled for three sets of instructions; sums run in the same order, and nothing is
 * fused, so that each gives the same bits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FRIT_FOURIER_LANES_H
#define FRIT_FOURIER_LANES_H

#include <stddef.h>

enum { LANES = 8 };

/* Groups of LANES places between the points of a spectrum, each a sum over the points near it. */
struct lanes_places {
    size_t        taps;                 /* points that a group needs, from its start */
    const size_t *start;                /* of each group, in points */
    const double *weight;               /* groups x taps x LANES */
    const double *cosine, *sine;        /* groups x LANES: of the phase that each place is turned by */
};

/* Of z = sum over t of weight[t] spectrum[start + t] and the phase a: `cosine` gets the real part of
 * exp(ia) conj z, `sine` its imaginary part; either may be NULL.  spectrum: both parts in turn. */
void lanes_interpolate(const struct lanes_places *p, size_t groups, const double *spectrum, double *cosine,
                       double *sine);

/* out[i] = sum over j < rows of factor[j] row[j * n + i], i < n. */
void lanes_add_rows(size_t n, size_t rows, const double *factor, const double *row, double *out);

/* out[i] = a[i] b[i]. */
void lanes_product(size_t n, const double *a, const double *b, double *out);

/* out[i] = factor[i] (value[i] - 1). */
void lanes_deviation(size_t n, const double *factor, const double *value, double *out);

/* out[i] = (factor[i] sigma[i])^2, 0 where sigma is no number; returns their sum. */
double lanes_variance(size_t n, const double *factor, const double *sigma, double *out);

/* out[i] = factor out[i] + (a x[i] + b y[i]). */
void lanes_combine(size_t n, double factor, double a, const double *x, double b, const double *y,
                   double *out);

/* out[i] = (sum - out[i]) s[i]^2/2. */
void lanes_remainder(size_t n, double sum, const double *s, double *out);

/* variance[i] becomes factor times its root; 0 where it is not above 0. */
void lanes_root(size_t n, double factor, double *variance);

#endif
