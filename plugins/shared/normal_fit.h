/* The quick way to a minimum of least squares within bounds: by normal equations, for few parameters.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SHARED_NORMAL_FIT_H
#define SHARED_NORMAL_FIT_H

#include "fit.h"

/* Parameters are padded to whole registers. */
#define NORMAL_PAD(p) (((p) + 1) / 2 * 2)
/* Doubles of work space for n points and p parameters. */
#define NORMAL_WORK(n, p) (2 * NORMAL_PAD(p) * NORMAL_PAD(p) + 9 * NORMAL_PAD(p) + 4 * (n))
/* Parameters at most. */
enum { NORMAL_MOST = 24 };

struct normal_fit {
    const struct fit_problem *problem;
    const double *lower, *upper;
    double *param;               /* p: the start, inside the bounds; then the minimum */
    enum fit_state *state;       /* p: FIT_HELD stays, others are set */
    double *value, *jacobian;    /* of the model at param; n, n x p */
    double *work;                /* NORMAL_WORK */
    double flat, rounding;       /* at rest: each cosine times |residual| <= flat |residual| + rounding */
    size_t iterations, limit;
    double chi2;
};

/* FIT_CONVERGED, at a minimum that obeys the conditions of Karush, Kuhn and Tucker; FIT_BAD_START; else
 * something more careful is needed.  The Jacobian may be that of a trial. */
enum fit_status normal_fit_run(struct normal_fit *k);

/* The inverse of J^T W J over the m parameters in `which`, m x m, from k->jacobian.  False: it is too near to
 * a singular one for this. */
bool normal_fit_inverse(const struct normal_fit *k, size_t m, const size_t *which, double *inverse);

#endif
