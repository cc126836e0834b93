/* A penalised B-spline (P-spline) through weighted points: equally spaced knots, a penalty on the differences
 * of neighbouring coefficients, how much of it chosen by generalised cross-validation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TRENDS_PSPLINE_H
#define TRENDS_PSPLINE_H

#include <stdbool.h>
#include <stddef.h>

enum { PSPLINE_DEGREE = 5, PSPLINE_ORDER = 3 };    /* the highest */

struct pspline_shape {
    double from, to;     /* where the points lie */
    size_t segments;     /* between the knots */
    int    degree;       /* of the polynomials, 1 to PSPLINE_DEGREE */
    int    order;        /* of the differences, 1 to PSPLINE_ORDER */
};

/* As many segments as n points bear: a quarter of their number, up to 40. */
size_t pspline_segments(size_t n);

typedef struct pspline pspline;

/* Points x with weights w > 0 (NULL: all 1), in any order, all within the shape. At least order + 1
 * different x are needed: else, and where there is no memory, NULL. */
pspline *pspline_new(const struct pspline_shape *shape, size_t n, const double *x, const double *w);
void pspline_free(pspline *s);

/* Through values y at the points. lambda counts the penalty in units of the data: w of a mean of 1 goes
 * into the sum of squares, and lambda times the sum of squared differences is added. NaN: by
 * cross-validation. */
void pspline_fit(pspline *s, const double *y, double lambda);

struct pspline_result {
    double lambda;
    double freedom;      /* effective number of parameters, the trace of the smoother */
    double score;        /* of cross-validation: n R/(n - freedom)^2 */
    double residual;     /* R: weighted sum of squares, weights of a mean of 1 */
    double scale;        /* R/(n - freedom): variance of a value of weight 1; 0 where nothing is left */
};
/* Of the last fit; and of any other lambda for the same values. */
struct pspline_result pspline_outcome(const pspline *s);
struct pspline_result pspline_try(const pspline *s, double lambda);

/* The curve or its first derivative (which = 0, 1) at x, and its standard uncertainty (may be NULL) in
 * the manner of Nychka: the posterior of the coefficients, which covers the truth on the average over
 * the points. */
double pspline_at(const pspline *s, double x, int which, double *sigma);

#endif
