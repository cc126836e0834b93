/* S(Q) to G(r) with its standard uncertainty and covariance.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FRIT_FOURIER_SINE_TRANSFORM_H
#define FRIT_FOURIER_SINE_TRANSFORM_H

#include "integral.h"

/* r = min + i step, i < n. */
struct r_grid { double min, step; size_t n; };

/* Zeroed and aligned to 64 bytes; the caller frees it after the transform.  NULL: no memory. */
struct memory {
    void *(*get)(void *user, size_t n, size_t size);
    void *user;
};

/* What the transforms of curves on the same axis share; read-only once made. */
struct sine_transform;

/* g: a range that integral_find_range found on the axis, its Q set.  NULL: no memory.  `fast` false makes the
 * plain sum also where the axis is uniform. */
struct sine_transform *sine_transform_new(const struct integral *g, const struct integral_how *how,
                                          struct r_grid r, bool fast);
void sine_transform_free(struct sine_transform *t);
bool sine_transform_is_fast(const struct sine_transform *t);
/* The range with its bins, for integral_fill(): first, n, bin, lower and upper are set. */
const struct integral *sine_transform_range(const struct sine_transform *t);

/* A curve on the whole axis; mask and sigma may be NULL. */
struct sine_curve {
    const double  *value;
    const uint8_t *mask;
    const double  *sigma;
};

/* The terms of the covariance of G, rows of 2 n_r, laid out as shared/covariance.h says.  G(r_i) is
 * multiplied by factor[i]; NULL: by 1. */
struct sine_terms {
    double       *row;
    const double *factor;
};

/* G[i] = (2/pi) ∫ Q [S - 1] M sin(Qr_i) dQ of the measured points g, which lie in the range of the plan.
 * Where sigma is not NULL, sigma_G[i] is the standard uncertainty of G[i] from uncorrelated sigma, without
 * the factor of terms, which may be NULL.  False: no memory. */
bool sine_transform_run(const struct sine_transform *t, const struct integral *g,
                        const struct sine_curve *curve, double *G, double *sigma_G,
                        const struct sine_terms *terms, struct memory memory);

/* Once, before any covariance is made.  False: no memory. */
bool sine_transform_prepare_covariance(struct sine_transform *t);

/* How many rows the terms of this curve have.  0: only the square says what its covariance is, or is not
 * larger. */
size_t sine_transform_terms(const struct sine_transform *t, const struct integral *g,
                            const struct sine_curve *curve, struct memory memory);

/* The covariance of G between all pairs of r, n_r x n_r, zeroed by the caller, from uncorrelated sigma.
 * G(r_i) is multiplied by factor[i]; NULL: by 1.  False: no memory. */
bool sine_transform_covariance(const struct sine_transform *t, const struct integral *g,
                               const struct sine_curve *curve, const double *factor, double *out,
                               struct memory memory);

/* The same, and sigma_G (without the factor), from the covariance of S, n_axis x n_axis on the whole axis;
 * out may be NULL. */
bool sine_transform_correlated(const struct sine_transform *t, const struct integral *g,
                               const struct sine_curve *curve, const double *covariance, size_t n_axis,
                               double *sigma_G, const double *factor, double *out, struct memory memory);

#endif
