/* S(Q) made ready for the integral over Q.
 *
 * Points that were not measured are bridged by straight lines of S, so that sin(Qr) is sampled
 * everywhere; below the first point S is continued to Q = 0 in one of five ways.
 * Windows: E. Lorch, J. Phys. C 2 (1969) 229, doi:10.1088/0022-3719/2/2/305;
 * A. K. Soper & E. R. Barney, J. Appl. Cryst. 45 (2012) 1314, doi:10.1107/S002188981203960X.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "integral.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Words ---- */

static const struct words { const char *axis, *unit, *min, *max; } words[] = {
    [SPACE_Q] = {"Q", "1/angstrom", "qmin", "qmax"}, [SPACE_R] = {"r", "angstrom", "rmin", "rmax"}};

/* ---- Range ---- */

static bool axis_increases(const struct words *w, const double *Q, size_t n, char why[INTEGRAL_WHY])
{
    for (size_t j = 0; j < n; j++) {
        if (!isfinite(Q[j])) {
            snprintf(why, INTEGRAL_WHY, "%s is no number at point %zu of %zu", w->axis, j + 1, n);
            return false;
        }
        if (j > 0 && Q[j] <= Q[j - 1]) {
            snprintf(why, INTEGRAL_WHY,
                     "%s must increase from point to point, but %g %s (point %zu) follows "
                     "%g: sort the data by %s, and take the mean of repeated points",
                     w->axis, Q[j], w->unit, j + 1, Q[j - 1], w->axis);
            return false;
        }
    }
    return true;
}

/* The limits may stand off a point by rounding. */
static double slack(double Q)
{
    return 1e-9 * fabs(Q);
}

bool integral_find_range(struct integral *g, const struct integral_how *how, const double *Q, size_t n,
                         char why[INTEGRAL_WHY])
{
    const struct words *w = &words[how->space];
    if (n < 2) {
        snprintf(why, INTEGRAL_WHY, "the integral over %s needs two points at least, the data have %zu",
                 w->axis, n);
        return false;
    }
    if (!axis_increases(w, Q, n, why))
        return false;
    const double qmin = how->qmin > 0 ? how->qmin : 0, qmax = isnan(how->qmax) ? Q[n - 1] : how->qmax;
    size_t begin = 0, end = n;
    while (begin < n && Q[begin] < qmin - slack(qmin))
        begin++;
    while (end > begin && Q[end - 1] > qmax + slack(qmax))
        end--;
    g->first = begin;
    g->n = end - begin;
    if (g->n >= 2)
        return true;
    snprintf(why, INTEGRAL_WHY,
             "between %s %g and %s %g %s there %s, and the integral needs two at least; the "
             "data go from %g to %g %s",
             w->min, qmin, w->max, qmax, w->unit, g->n ? "is one point only" : "is no point", Q[0], Q[n - 1],
             w->unit);
    return false;
}

/* A limit that was asked for must be reached: within two steps, for it need not fall on a point. */
static bool limits_reached(const struct integral *g, const struct integral_how *how, const double *Q,
                           char why[INTEGRAL_WHY])
{
    const struct words *w = &words[how->space];
    const size_t last = g->first + g->n - 1;
    const double begin = Q[g->first], end = Q[last];
    if (begin - how->qmin > 2 * (Q[g->first + 1] - begin)) {
        snprintf(why, INTEGRAL_WHY,
                 "the first measured point stands at %s = %g %s, too far above %s = %g: set %s to %g or more",
                 w->axis, begin, w->unit, w->min, how->qmin, w->min, begin);
        return false;
    }
    if (how->qmax - end > 2 * (end - Q[last - 1])) {
        snprintf(why, INTEGRAL_WHY,
                 "the last measured point stands at %s = %g %s, too far below %s = %g: set %s to %g or less",
                 w->axis, end, w->unit, w->max, how->qmax, w->max, end);
        return false;
    }
    return true;
}

/* ---- Gaps ---- */

typedef double two __attribute__((vector_size(16), aligned(8), may_alias));
typedef int64_t truth __attribute__((vector_size(16)));

/* Without a branch for each point, of which there are none in most curves. */
static bool all_measured(const struct integral *g, const double *value, const uint8_t *mask)
{
    const double *x = value + g->first;
    truth off = {0};
    size_t j = 0;
    for (; j + 2 <= g->n; j += 2) {
        const two v = *(const two *)(x + j);
        off |= (truth)(v - v != 0);
    }
    bool all = !off[0] && !off[1] && (j == g->n || isfinite(x[j]));
    for (j = 0; mask && j < g->n; j++)
        all &= !mask[g->first + j];
    return all;
}

size_t integral_bridge(const struct integral *g, const double *value, const uint8_t *mask, double *S)
{
    size_t left = 0, bridged = 0;
    if (all_measured(g, value, mask))
        return 0;
    for (size_t j = 0; j < g->n; j++) {
        if (!integral_is_measured(value, mask, g->first + j))
            continue;
        for (size_t m = left + 1; m < j; m++) {
            const double t = (g->Q[m] - g->Q[left]) / (g->Q[j] - g->Q[left]);
            S[m] = S[left] + t * (S[j] - S[left]);
            bridged++;
        }
        left = j;
    }
    return bridged;
}

/* The mean of the first points; only measured ones count. */
static void find_edge(struct integral *g, const struct integral_how *how, const double *value,
                      const uint8_t *mask)
{
    double sum = 0;
    g->n_edge = 0;
    for (size_t j = 0; j < g->n && g->n_edge < how->edge_points; j++)
        if (integral_is_measured(value, mask, g->first + j)) {
            sum += g->S[j];
            g->n_edge++;
        }
    g->edge = how->below == BELOW_ZERO ? 0 : sum / (double)g->n_edge;
}

bool integral_fill(struct integral *g, const struct integral_how *how, const double *Q, const double *value,
                   const uint8_t *mask, char why[INTEGRAL_WHY])
{
    const size_t begin = g->first, end = g->first + g->n;
    size_t first = begin, last = end;
    while (first < end && !integral_is_measured(value, mask, first))
        first++;
    while (last > first && !integral_is_measured(value, mask, last - 1))
        last--;
    if (last - first < 2) {
        snprintf(why, INTEGRAL_WHY,
                 "of the %zu points between %g and %g %s %s measured, and the integral over %s "
                 "needs two at least",
                 end - begin, Q[begin], Q[end - 1], words[how->space].unit,
                 last > first ? "only one is" : "none is", words[how->space].axis);
        return false;
    }
    g->first = first;
    g->n = last - first;
    g->Q = Q + first;
    if (!limits_reached(g, how, Q, why))
        return false;
    memcpy(g->S, value + first, g->n * sizeof *g->S);
    g->bridged = integral_bridge(g, value, mask, g->S);
    find_edge(g, how, value, mask);
    if (g->whole && g->whole->first == g->first && g->whole->n == g->n) {
        g->bin = g->whole->bin;
        g->lower = g->whole->lower;
        g->upper = g->whole->upper;
    } else {
        integral_bins(g, how);
    }
    return true;
}

/* ---- Bins and windows ---- */

/* (sin x - x cos x)/x^2, which is x/3 for small x; there the difference would cancel. */
static double first_bessel(double x)
{
    const double y = x * x;
    return fabs(x) < 0.3
               ? x * (1. / 3 -
                      y * (1. / 30 - y * (1. / 840 - y * (1. / 45360 - y * (1. / 3991680 - y / 518918400)))))
               : (sin(x) - x * cos(x)) / y;
}

static double window_at(const struct integral_how *how, double Q, double upper)
{
    const double x = M_PI * Q / upper, flat = 1 - how->taper;
    if (x < 1e-8)
        return 1;
    switch (how->window) {
    case WINDOW_LORCH:
        return sin(x) / x;
    case WINDOW_SOPER:
        return 3 * first_bessel(x) / x;
    case WINDOW_COSINE:
        return Q <= flat * upper ? 1 : 0.5 * (1 + cos((x - M_PI * flat) / how->taper));
    default:
        return 1;
    }
}

static void trapezoid_bins(struct integral *g)
{
    for (size_t j = 0; j < g->n; j++) {
        const double left = j > 0 ? g->Q[j] - g->Q[j - 1] : 0;
        const double right = j + 1 < g->n ? g->Q[j + 1] - g->Q[j] : 0;
        g->bin[j] = (struct bin){g->Q[j], 0.5 * (left + right), 1};
    }
    g->lower = g->Q[0];
    g->upper = g->Q[g->n - 1];
}

/* A bin ends half-way to the neighbours; the outer ones are symmetric about their points, but end at 0. */
static void stepwise_bins(struct integral *g)
{
    const double *Q = g->Q;
    const size_t n = g->n;
    double from = fmax(0, Q[0] - 0.5 * (Q[1] - Q[0]));
    g->lower = from;
    for (size_t j = 0; j < n; j++) {
        const double to = j + 1 < n ? 0.5 * (Q[j] + Q[j + 1]) : Q[j] + 0.5 * (Q[j] - Q[j - 1]);
        g->bin[j] = (struct bin){0.5 * (from + to), 0.5 * (to - from), 1};
        from = to;
    }
    g->upper = from;
}

void integral_bins(struct integral *g, const struct integral_how *how)
{
    if (how->quadrature == QUADRATURE_STEPWISE)
        stepwise_bins(g);
    else
        trapezoid_bins(g);
    for (size_t j = 0; j < g->n; j++)
        g->bin[j].M = window_at(how, g->bin[j].Q, g->upper);
}

bool integral_is_uniform(const struct integral *g)
{
    const double step = (g->Q[g->n - 1] - g->Q[0]) / (double)(g->n - 1);
    for (size_t j = 0; j < g->n; j++)
        if (fabs(g->Q[j] - (g->Q[0] + (double)j * step)) > 8 * DBL_EPSILON * g->Q[g->n - 1])
            return false;
    return true;
}

void integral_step_factors(double h, double r, double *s, double *z)
{
    const double x = h * r;
    *s = fabs(x) < 1e-8 ? 1 : sin(x) / x;
    *z = first_bessel(x);
}

double integral_kernel(enum quadrature quadrature, const struct bin *bin, double r)
{
    if (quadrature == QUADRATURE_TRAPEZOID)
        return bin->M * bin->width * bin->Q * sin(bin->Q * r);
    double s, z;
    integral_step_factors(bin->width, r, &s, &z);
    return 2 * bin->M * bin->width * (bin->Q * sin(bin->Q * r) * s + bin->width * cos(bin->Q * r) * z);
}

/* ---- Below the first bin ---- */

size_t integral_bins_below(const struct integral *g, const struct integral_how *how,
                           struct bin bin[BELOW_POINTS])
{
    if (how->below == BELOW_NOTHING || !(g->lower > 0))
        return 0;
    const double step = g->lower / (BELOW_POINTS - 1);
    for (size_t j = 0; j < BELOW_POINTS; j++) {
        const bool end = j == 0 || j == BELOW_POINTS - 1;
        const double Q = (double)j * step;
        bin[j] = (struct bin){Q, end ? 0.5 * step : step, window_at(how, Q, g->upper)};
    }
    return BELOW_POINTS;
}

double integral_base(const struct integral_how *how)
{
    return how->below == BELOW_LINEAR || how->below == BELOW_QUADRATIC ? how->s0 : 0;
}

double integral_shape(const struct integral_how *how, double Q, double lower)
{
    switch (how->below) {
    case BELOW_LINEAR:
        return Q / lower;
    case BELOW_QUADRATIC:
        return Q * Q / (lower * lower);
    default:
        return 1;
    }
}

/* ---- In words ---- */

void integral_describe_below(const struct integral *g, const struct integral_how *how, char *text,
                             size_t size)
{
    if (how->below == BELOW_NOTHING || !(g->lower > 0))
        snprintf(text, size, "the integral begins at %.6g 1/angstrom", g->lower);
    else if (how->below == BELOW_ZERO)
        snprintf(text, size, "S = 0 below %.6g 1/angstrom", g->lower);
    else if (how->below == BELOW_CONSTANT)
        snprintf(text, size, "S = %.6g, the mean of the first %zu points, below %.6g 1/angstrom", g->edge,
                 g->n_edge, g->lower);
    else
        snprintf(text, size,
                 "S on a %s from %.6g at Q = 0 to %.6g, the mean of the first %zu points, at %.6g 1/angstrom",
                 how->below == BELOW_LINEAR ? "line" : "parabola", how->s0, g->edge, g->n_edge, g->lower);
}

const char *integral_window_name(enum window window)
{
    static const char *const names[] = {"none", "lorch", "soper", "cosine"};
    return names[window];
}

const char *integral_quadrature_name(enum quadrature quadrature)
{
    return quadrature == QUADRATURE_STEPWISE ? "stepwise" : "trapezoid";
}
