/* Nonlinear least squares within bounds: the one piece that every step which fits a model uses.
 *
 * Minimises chi2 = sum_i [(f_i(param) - y_i) / sigma_i]^2 over lower <= param <= upper.
 *
 *     struct fit *w = fit_new(n, p);                       in prepare(), or in run()
 *     struct fit_result r;
 *     enum fit_status status = fit_run(w, &problem, &options, &r);
 *     if (status != FIT_CONVERGED)
 *         ... fail(c, FRIT_ENUMERIC, "the fit of ...: %s", fit_reason(status));
 *     ... r.param[j], r.sigma[j], r.state[j] ...
 *     fit_free(w);
 *
 * Method: the model's own, where it has one; Levenberg-Marquardt on the normal equations, projected onto the
 * bounds (normal_fit.h); where neither comes to rest, GSL's trust-region Levenberg-Marquardt (Nielsen's
 * damping, More's scaling, QR) over the parameters that are not on a bound.  There a parameter that leaves
 * its interval is put on the bound and held; where the fit of the others has converged, the one of those held
 * that pulls inwards most is let go again, until none does.  What any of them finds obeys the conditions of
 * Karush, Kuhn and Tucker.  No change of variables: a sine transform has no slope at a bound, and a fit that
 * starts there stays there and calls it convergence. J. J. More, Lecture Notes in Mathematics 630 (1978) 105;
 * H. B. Nielsen, IMM-REP-1999-05; J. Nocedal and S. J. Wright, Numerical Optimization, 2nd ed., Springer
 * 2006, chapters 10 and 16.
 *
 * Memory: all of it is taken by fit_new() and used again by every fit_run(), whatever the model, as long as
 * n and p fit.  Same inputs, same bits.  A workspace serves one thread at a time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SHARED_FIT_H
#define SHARED_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fit_descent;

struct fit_problem {
    size_t n, p; /* points, parameters: at most those of fit_new() */
    /* f[i], i < n: the model at point i.  false: no such model (a square root of something negative); at a
     * trial point that is a step too far, at the start it is an error.  Values that are not finite count as
     * false. */
    bool (*value)(const void *data, const double *param, double *f);
    /* jacobian[i * p + j] = df_i / dparam_j. */
    bool (*jacobian)(const void *data, const double *param, double *jacobian);
    /* Both at once, where that is quicker; or NULL. */
    bool (*both)(const void *data, const double *param, double *f, double *jacobian);
    /* The model's own way to a minimum, tried first; or NULL. */
    bool (*descend)(struct fit_descent *d);
    const void   *data;  /* handed to all of these */
    const double *y;     /* n: finite; leave masked points out */
    const double *sigma; /* n: all > 0.  NULL: points alike; the covariance is scaled by the reduced chi2 */
    const double *start; /* p: moved inside by 1 % of the interval where nearer than that to a bound */
    /* p each; -INFINITY and INFINITY: none; NULL: none at all.  lower = upper: held at this value. */
    const double *lower, *upper;
    /* p: the size that a parameter has, > 0, for starts and jitter where it has not two bounds.
     * NULL: the larger of |start| and |bound|, or 1 where these are 0. */
    const double *scale;
};

/* Zero everywhere is a sensible choice. */
struct fit_options {
    size_t   restarts;       /* from jittered starts, beside the given one; the lowest chi2 wins */
    double   jitter;         /* at most by this part of the interval, or of the scale; 0: 0.2 */
    uint64_t seed;           /* of the jitter */
    size_t   max_iterations; /* of one start; 0: 300 */
    bool     careful;        /* by GSL from the start */
};

enum fit_status {
    FIT_CONVERGED,
    FIT_TOO_MANY_ITERATIONS, /* the best so far is in the result */
    FIT_STALLED,             /* likewise: no step lowers chi2, yet the slope is not 0 */
    FIT_TOO_FEW_POINTS,      /* fewer than parameters that are not held; the result is empty */
    FIT_BAD_PROBLEM,         /* y, sigma, start, bounds, scale: not finite, not positive, crossed; likewise */
    FIT_BAD_START            /* the model has no value or no derivative there; likewise */
};

enum fit_state {
    FIT_FREE,
    FIT_HELD,        /* lower = upper */
    FIT_AT_LOWER,    /* chi2 would fall beyond the bound */
    FIT_AT_UPPER,
    FIT_UNDETERMINED /* alone or together with others, the data say nothing of it: the value is where the fit
                        happened to leave it, sigma and covariance are NaN */
};

/* What a model's own way to a minimum is given, and what it finds. */
struct fit_descent {
    const struct fit_problem *problem;
    const double *lower, *upper; /* p each */
    double *param;               /* p: the start, inside the bounds; then the minimum */
    enum fit_state *state;       /* p: to be set */
    double flat, rounding;       /* at rest: each cosine times |residual| <= flat |residual| + rounding */
    size_t limit, iterations;
    double chi2;
};

/* Arrays are the workspace's, until its next fit_run(). */
struct fit_result {
    const double         *param;       /* p */
    const double         *sigma;       /* p: standard uncertainty; 0: held or at a bound; NaN: undetermined */
    const double         *covariance;  /* p x p, over the free parameters; of the others 0 or NaN */
    const double         *correlation; /* p x p: 1 on the diagonal of the free, 0 or NaN as above */
    const double         *value;       /* n: the model at param */
    const enum fit_state *state;       /* p */
    size_t n_free;                     /* neither held, nor at a bound, nor undetermined */
    size_t n_at_bound, n_undetermined;
    size_t dof;                        /* n - n_free */
    double chi2, reduced_chi2;         /* chi2 / dof; NaN where dof is 0 */
    size_t iterations;                 /* of the start that won */
    size_t converged;                  /* of 1 + restarts: how many converged */
    size_t agree;                      /* and how many of these ended within 1e-6 of the lowest chi2 */
};

struct fit; /* a workspace */

struct fit *fit_new(size_t n, size_t p); /* for at most n points and p parameters; NULL: no memory */
void fit_free(struct fit *w);            /* NULL: nothing */

/* One fit.  The result is filled after the first three of fit_status, else zeroed. */
enum fit_status fit_run(struct fit *w, const struct fit_problem *problem, const struct fit_options *options,
                        struct fit_result *result);

/* Half a sentence: "it has not converged after the iterations that it was given". */
const char *fit_reason(enum fit_status status);

#endif
