/* Down to the minimum over the centres and widths, the areas being those that fit best for each of them.
 *
 * Areas are linear: they are eliminated (variable projection: G. H. Golub and V. Pereyra, SIAM J. Numer.
 * Anal. 10 (1973) 413, doi:10.1137/0710036).  chi2 is taken for that of a linear model (Gauss and Newton)
 * while it falls, and with its second derivatives (Newton) where the former would creep.  Steps stay within
 * the bounds and within a radius, and are bent along the curve of the valley (geodesic acceleration: M. K.
 * Transtrum and J. P. Sethna, arXiv:1201.5885).  A valley may have two ends: which of them the way takes is
 * for the first steps to say, which are those of Levenberg and Marquardt over all parameters, as in
 * normal_fit.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "peak_descent.h"
#include "trust_region.h"

#include <math.h>
#include <string.h>

/* Steps of Levenberg and Marquardt. */
#define OPENING 5
/* Of the step behind these, in widths. */
#define FIRST_RADIUS 0.1
/* Where a step should take less than this part off chi2, second derivatives count. */
#define SMALL_GAIN 1e-4
/* A step that should take less than this off is not bent. */
#define STRAIGHT 1e-8
/* How much longer than the step what bends it may be. */
#define MOST_BENT 0.4

struct search {
    struct fit_descent *d;
    struct peak_sums sums;
    size_t peaks, peak[MOST_PEAKS];                  /* those that have an area */
    size_t which[MOST_UNKNOWNS];                     /* their centres and widths */
    double root[MOST_UNKNOWNS * MOST_UNKNOWNS];      /* Cholesky's of the areas' normal equations */
    double mixed[MOST_UNKNOWNS][MOST_PEAKS];         /* solved for the derivatives by one of each kind */
    struct quadratic model;
};

/* By what part of the gain that was expected chi2 falls; where that is rounding, whether it stays. */
static double gained(double before, double after, double expected)
{
    if (expected <= 1e-13 * before)
        return after <= before * (1 + 1e-13) ? 1 : -1;
    return (before - after) / expected;
}

/* ---- First steps ---- */

/* chi2 as if the model were linear, over the parameters that may move, in units in which columns have length
 * 1. */
struct linear {
    size_t m, which[MOST_UNKNOWNS];
    double unit[MOST_UNKNOWNS], slope[MOST_UNKNOWNS], normal[MOST_UNKNOWNS * MOST_UNKNOWNS];
};

static bool make_linear(const struct search *s, struct linear *k)
{
    const struct fit_descent *d = s->d;
    double scale[MOST_UNKNOWNS];
    k->m = 0;
    for (size_t a = 0; a < s->sums.peaks * PER_PEAK; a++) {
        const double *peak = d->param + a / PER_PEAK * PER_PEAK;
        const double slope = s->sums.slope[a / PER_PEAK][a % PER_PEAK];
        const size_t m = k->m;
        if ((a % PER_PEAK != AREA && !(peak[AREA] > 0)) || (d->param[a] <= d->lower[a] && slope >= 0) ||
            (d->param[a] >= d->upper[a] && slope <= 0))
            continue;
        scale[m] = 1 / sqrt(s->sums.gram[a][a]);
        if (!isfinite(scale[m]))
            return false;
        k->unit[m] = a % PER_PEAK == AREA ? scale[m] : scale[m] * peak[WIDTH] / peak[AREA];
        k->slope[m] = slope * scale[m];
        k->which[k->m++] = a;
        for (size_t v = 0; v <= m; v++)
            k->normal[m * MOST_UNKNOWNS + v] = s->sums.gram[a][k->which[v]] * (scale[m] * scale[v]);
    }
    return true;
}

/* A step put back onto the bounds that it would leave; gain: by what chi2 should fall. */
static bool damped_step(const struct search *s, double damping, double *trial, double *gain)
{
    const struct fit_descent *d = s->d;
    double l[MOST_UNKNOWNS * MOST_UNKNOWNS], x[MOST_UNKNOWNS];
    struct linear k;
    if (!make_linear(s, &k) || !cholesky(k.m, k.normal, damping, l))
        return false;
    for (size_t u = 0; u < k.m; u++)
        x[u] = -k.slope[u];
    cholesky_forward(k.m, l, x);
    cholesky_backward(k.m, l, x);
    memcpy(trial, d->param, s->sums.peaks * PER_PEAK * sizeof *trial);
    *gain = 0;
    for (size_t u = 0; u < k.m; u++) {
        const size_t a = k.which[u];
        const double *row = k.normal + u * MOST_UNKNOWNS;
        trial[a] = fmin(fmax(d->param[a] + k.unit[u] * x[u], d->lower[a]), d->upper[a]);
        x[u] = (trial[a] - d->param[a]) / k.unit[u];
        double along = k.slope[u];
        for (size_t v = 0; v < u; v++)
            along += row[v] * x[v];
        *gain -= x[u] * (2 * along + row[u] * x[u]);
    }
    return true;
}

static void take(struct search *s, const double *trial, double chi2)
{
    memcpy(s->d->param, trial, s->sums.peaks * PER_PEAK * sizeof *trial);
    s->d->chi2 = chi2;
    peak_sums_differentiate(&s->sums);
}

static bool first_steps(struct search *s)
{
    struct fit_descent *d = s->d;
    double trial[MOST_PARAMETERS], gain, chi2, damping = 1e-3, growth = 2;
    if (!peak_sums_evaluate(&s->sums, d->param, &d->chi2))
        return false;
    peak_sums_differentiate(&s->sums);
    for (; d->iterations < OPENING; d->iterations++) {
        if (!damped_step(s, damping, trial, &gain))
            return false;
        const double ratio = peak_sums_evaluate(&s->sums, trial, &chi2) ? gained(d->chi2, chi2, gain) : -1;
        const double x = 2 * ratio - 1;
        damping *= ratio > 0 ? fmax(1. / 3, 1 - x * x * x) : growth;
        growth = ratio > 0 ? 2 : 2 * growth;
        if (ratio > 0)
            take(s, trial, chi2);
    }
    return true;
}

/* ---- The quadratic model ---- */

static void take_unknowns(struct search *s)
{
    const struct fit_descent *d = s->d;
    struct quadratic *k = &s->model;
    s->peaks = k->q = 0;
    for (size_t j = 0; j < s->sums.peaks; j++) {
        const double *peak = d->param + j * PER_PEAK;
        if (!(peak[AREA] > 0))
            continue;
        for (size_t kind = CENTRE; kind <= WIDTH; kind++, k->q++) {
            const size_t a = j * PER_PEAK + kind;
            s->which[k->q] = a;
            k->slope[k->q] = peak[AREA] * s->sums.slope[j][kind];
            k->low[k->q] = (d->lower[a] - d->param[a]) / peak[WIDTH];
            k->high[k->q] = (d->upper[a] - d->param[a]) / peak[WIDTH];
        }
        s->peak[s->peaks++] = j;
    }
}

/* chi2 about the point, the areas following: with H half of its second derivatives, that is H_cc - H_ca
 * H_aa^-1 H_ac.  newton: with second derivatives of the peaks. */
static bool make_model(struct search *s, bool newton)
{
    const struct peak_sums *of = &s->sums;
    struct quadratic *k = &s->model;
    double normal[MOST_UNKNOWNS * MOST_UNKNOWNS];
    take_unknowns(s);
    for (size_t u = 0; u < s->peaks; u++)
        for (size_t v = 0; v <= u; v++)
            normal[u * MOST_UNKNOWNS + v] = of->gram[s->peak[u] * PER_PEAK][s->peak[v] * PER_PEAK];
    if (s->peaks && !cholesky(s->peaks, normal, 0, s->root))
        return false;
    for (size_t u = 0; u < k->q; u++) {
        const size_t a = s->which[u], j = a / PER_PEAK, kind = a % PER_PEAK;
        const double area = s->d->param[j * PER_PEAK + AREA];
        for (size_t v = 0; v < s->peaks; v++)
            s->mixed[u][v] = area * of->gram[a][s->peak[v] * PER_PEAK];
        if (newton)
            s->mixed[u][u / 2] += of->second[j][AREA][kind];
        cholesky_forward(s->peaks, s->root, s->mixed[u]);
        for (size_t v = 0; v <= u; v++) {
            const size_t b = s->which[v];
            double sum = of->gram[a][b] * (area * s->d->param[b / PER_PEAK * PER_PEAK + AREA]);
            if (newton && b / PER_PEAK == j)
                sum += area * of->second[j][kind][b % PER_PEAK];
            for (size_t w = 0; w < s->peaks; w++)
                sum -= s->mixed[u][w] * s->mixed[v][w];
            k->bend[u * MOST_UNKNOWNS + v] = k->bend[v * MOST_UNKNOWNS + u] = sum;
        }
    }
    return true;
}

/* ---- Steps ---- */

/* Along the step the sum of Gaussians goes off the straight line by half of its second derivative: as to a
 * residual, a change of the step answers to that. */
static void bend_step(const struct search *s, double *step)
{
    const struct quadratic *k = &s->model;
    double area[MOST_PEAKS] = {0}, area_step[MOST_PEAKS] = {0}, line[MOST_PEAKS][2] = {{0}};
    double product[MOST_PARAMETERS], slope[MOST_UNKNOWNS], more[MOST_UNKNOWNS], size = 0, length = 0;
    for (size_t u = 0; u < k->q; u++) {
        line[s->which[u] / PER_PEAK][u % 2] = step[u];
        for (size_t v = 0; v < s->peaks; v++)
            area[v] -= s->mixed[u][v] * step[u];
    }
    cholesky_backward(s->peaks, s->root, area);
    for (size_t v = 0; v < s->peaks; v++)
        area_step[s->peak[v]] = area[v];
    peak_sums_bend(&s->sums, s->d->param, area_step, (const double(*)[2])line, product);
    for (size_t v = 0; v < s->peaks; v++)
        area[v] = product[s->peak[v] * PER_PEAK + AREA];
    cholesky_forward(s->peaks, s->root, area);
    for (size_t u = 0; u < k->q; u++) {
        const size_t a = s->which[u];
        slope[u] = s->d->param[a / PER_PEAK * PER_PEAK + AREA] * product[a];
        for (size_t v = 0; v < s->peaks; v++)
            slope[u] -= s->mixed[u][v] * area[v];
        slope[u] /= 2;
    }
    quadratic_again(k, slope, more);
    for (size_t u = 0; u < k->q; u++) {
        size += more[u] * more[u];
        length += step[u] * step[u];
    }
    for (size_t u = 0; u < k->q && size <= MOST_BENT * MOST_BENT * length; u++)
        step[u] = fmin(fmax(step[u] + more[u], k->low[u]), k->high[u]);
}

static double length_of(size_t q, const double *step)
{
    double sum = 0;
    for (size_t u = 0; u < q; u++)
        sum += step[u] * step[u];
    return sqrt(sum);
}

static void make_trial(const struct search *s, const double *step, double *trial)
{
    const struct fit_descent *d = s->d;
    memcpy(trial, d->param, s->sums.peaks * PER_PEAK * sizeof *trial);
    for (size_t u = 0; u < s->model.q; u++) {
        const size_t a = s->which[u];
        const double width = d->param[a / PER_PEAK * PER_PEAK + WIDTH];
        trial[a] = step[u] <= s->model.low[u]    ? d->lower[a]
                   : step[u] >= s->model.high[u] ? d->upper[a]
                                                 : d->param[a] + width * step[u];
    }
}

/* ---- The end ---- */

static bool at_rest(const struct search *s)
{
    const struct quadratic *k = &s->model;
    const double limit = s->d->flat * sqrt(s->d->chi2) + s->d->rounding;
    for (size_t u = 0; u < k->q; u++) {
        const size_t a = s->which[u];
        const double area = s->d->param[a / PER_PEAK * PER_PEAK + AREA];
        if (!quadratic_at_low(k, u) && !quadratic_at_high(k, u) &&
            fabs(k->slope[u]) > limit * area * sqrt(s->sums.gram[a][a]))
            return false;
    }
    return true;
}

static void set_states(const struct search *s)
{
    const struct fit_descent *d = s->d;
    for (size_t a = 0; a < s->sums.peaks * PER_PEAK; a++)
        d->state[a] = a % PER_PEAK == AREA && !(d->param[a] > 0) ? FIT_AT_LOWER : FIT_FREE;
    for (size_t u = 0; u < s->model.q; u++)
        d->state[s->which[u]] = quadratic_at_low(&s->model, u)    ? FIT_AT_LOWER
                                : quadratic_at_high(&s->model, u) ? FIT_AT_UPPER
                                                                  : FIT_FREE;
}

static bool is_ours(const struct fit_descent *d)
{
    const struct peak_points *points = d->problem->data;
    if (!points->work || !d->problem->n)
        return false;
    for (size_t a = 0; a < d->problem->p; a++)
        if (a % PER_PEAK == AREA ? d->lower[a] != 0 || d->upper[a] < INFINITY : d->lower[a] == d->upper[a])
            return false;
    return true;
}

/* One step, taken or not.  False: there is none. */
static bool try_step(struct search *s, double *radius)
{
    struct fit_descent *d = s->d;
    double step[MOST_UNKNOWNS], trial[MOST_PARAMETERS], chi2;
    if (*radius < 1e-12 || !quadratic_step(&s->model, *radius, step))
        return false;
    const double gain = quadratic_gain(&s->model, step), length = length_of(s->model.q, step);
    if (gain > STRAIGHT * d->chi2)
        bend_step(s, step);
    make_trial(s, step, trial);
    const double ratio = peak_sums_best_areas(&s->sums, trial, &chi2) ? gained(d->chi2, chi2, gain) : -1;
    if (!(ratio >= 0.25))
        *radius = 0.4 * length;
    else if (ratio > 0.85)
        *radius = fmax(*radius, 1.5 * length);
    if (ratio > 1e-4)
        take(s, trial, chi2);
    return make_model(s, gain < SMALL_GAIN * d->chi2);
}

bool peaks_descend(struct fit_descent *d)
{
    struct search s = {.d = d};
    double radius = FIRST_RADIUS;
    d->iterations = 0;
    if (!is_ours(d))
        return false;
    peak_sums_begin(&s.sums, d->problem, d->problem->data);
    if (!first_steps(&s) || !peak_sums_best_areas(&s.sums, d->param, &d->chi2))
        return false;
    peak_sums_differentiate(&s.sums);
    for (bool sound = make_model(&s, false); sound && d->iterations < d->limit; d->iterations++) {
        if (at_rest(&s)) {
            /* One step more costs little, and squares what the parameters are off. */
            try_step(&s, &radius);
            set_states(&s);
            return true;
        }
        sound = try_step(&s, &radius);
    }
    return false;
}
