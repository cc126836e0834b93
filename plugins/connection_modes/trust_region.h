/* The lowest point of a quadratic function within bounds and within a radius.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CONNECTION_MODES_TRUST_REGION_H
#define CONNECTION_MODES_TRUST_REGION_H

#include "peaks.h"

#include <stdbool.h>
#include <stddef.h>

/* Unknowns at most, which is also how far the rows of matrices are apart. */
enum { MOST_UNKNOWNS = MOST_PARAMETERS };

/* c + 2 slope x + x bend x, low <= x <= high; x = 0 is inside. */
struct quadratic {
    size_t q;
    double slope[MOST_UNKNOWNS], bend[MOST_UNKNOWNS * MOST_UNKNOWNS], low[MOST_UNKNOWNS], high[MOST_UNKNOWNS];
    /* Of the last step: what is not on a bound, and Cholesky's factor over it. */
    size_t m, which[MOST_UNKNOWNS];
    double root[MOST_UNKNOWNS * MOST_UNKNOWNS];
};

/* x[u] is at a bound beyond which the function falls. */
bool quadratic_at_low(const struct quadratic *k, size_t u);
bool quadratic_at_high(const struct quadratic *k, size_t u);

/* The step; what would leave is put onto its bound, and the others follow.  False: none was found. */
bool quadratic_step(struct quadratic *k, double radius, double *step);
/* What the last step would have been for this slope, over what is not on a bound. */
void quadratic_again(const struct quadratic *k, const double *slope, double *x);

/* By how much the function falls. */
double quadratic_gain(const struct quadratic *k, const double *step);

/* Cholesky's factor of the lower triangle a + damping, m x m, with the reciprocals of its diagonal.  False:
 * not positive. */
bool cholesky(size_t m, const double *a, double damping, double *l);
void cholesky_forward(size_t m, const double *l, double *x);
void cholesky_backward(size_t m, const double *l, double *x);

#endif
