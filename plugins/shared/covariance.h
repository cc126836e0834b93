/* The covariance of a curve between all pairs of its points, as it reaches a step: a square, or the few terms
 * of which the covariance of a sine transform is made; read and summed up the same way.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SHARED_COVARIANCE_H
#define SHARED_COVARIANCE_H

#include "plugin.h"

/* The terms of n points r_i = r_0 + i step are rows of 2 n numbers:
 *
 *     C_ij = u_i u_j (minus[|i - j|] - plus[i + j]) + sum over pairs of (a_i b_j + b_i a_j)
 *
 * with the rows u, minus and plus, then a and b of each pair.  Of `plus` 2 n - 1 numbers mean something, of
 * the others n; the last one of u is covariance_mark(), so that terms which were multiplied or added up, or
 * averaged with others of other points, do not pass for what they no longer are.  Axis 0, "term", counts rows; place k of axis 1, "r+r'", is 2 r_0 + k
 * step.  Where u is masked, the point's covariances are not known. */
enum { COVARIANCE_U, COVARIANCE_MINUS, COVARIANCE_PLUS, COVARIANCE_PAIRS };
#define COVARIANCE_TERM_AXIS  "term"
#define COVARIANCE_SUMS_AXIS  "r+r'"

/* A checksum of u and of all a, on which the other rows depend in no simple way: from 1 to below 2. */
double covariance_mark(const double *terms, size_t rows, size_t length);

/* A port that takes either declares the axis units "*", since terms are counted, and that of the curve. */
struct covariance {
    size_t         n;                   /* points of the curve; 0: no covariance */
    const double  *square;              /* n x n; or NULL, and: */
    const uint8_t *mask;                /* of the square, or of u; NULL: all are known */
    const double  *u, *minus, *plus, *pair;
    size_t         pairs;
    double        *room;                /* n */
};

/* The covariance at a port, of the points of `curve`, which `symbol` names in a sentence.  n stays 0 where
 * nothing is connected, or all of it is masked.  Memory is the call's scratch. */
frit_status covariance_read(frit_call *c, uint32_t port, const frit_view *curve, const char *symbol,
                            struct covariance *C);

/* out[k] = C between the points i and from + k, k < n; NaN where it is not known. */
void covariance_row(const struct covariance *C, size_t i, size_t from, size_t n, double *out);

/* The sum over j, k < n of weight[j] weight[k] C between the points index[j] and index[k], which increase;
 * what is not known counts as 0.  In a fixed order. */
double covariance_of_sum(const struct covariance *C, size_t n, const size_t *index, const double *weight);

#endif
