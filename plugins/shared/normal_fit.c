/* Levenberg and Marquardt's method on the normal equations, projected onto bounds.
 *
 * A parameter on a bound beyond which chi2 would fall is left out of a step; the others take it, and are put
 * back onto the bounds that they would leave.  Damping after Nielsen, scaled with the diagonal.  Normal
 * equations square the condition of the problem: what they do not bring to rest is not theirs.  C. Kanzow, N.
 * Yamashita and M. Fukushima, J. Comput. Appl. Math. 172 (2004) 375, doi:10.1016/j.cam.2004.02.013; H. B.
 * Nielsen, IMM-REP-1999-05.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "normal_fit.h"

#include <math.h>
#include <string.h>

typedef double v2 __attribute__((vector_size(16), aligned(8), may_alias));

/* A pivot of a matrix of columns of length 1 below this: too little is left of the column. */
#define PIVOT 1e-7

/* The work space, cut up; q: p padded. */
struct space {
    size_t  n, p, q;
    double *normal, *factor;                         /* q x q: J^T J, and what is decomposed */
    double *rows;                                    /* 4 x q: of J, weighted */
    double *slope, *step, *trial, *scale, *solution; /* q */
    double *weight, *value, *residual, *new_residual; /* n */
};

static struct space cut(const struct normal_fit *k)
{
    struct space s = {.n = k->problem->n, .p = k->problem->p, .q = NORMAL_PAD(k->problem->p)};
    s.normal = k->work;
    s.factor = s.normal + s.q * s.q;
    s.rows = s.factor + s.q * s.q;
    s.slope = s.rows + 4 * s.q;
    s.step = s.slope + s.q;
    s.trial = s.step + s.q;
    s.scale = s.trial + s.q;
    s.solution = s.scale + s.q;
    s.weight = s.solution + s.q;
    s.value = s.weight + s.n;
    s.residual = s.value + s.n;
    s.new_residual = s.residual + s.n;
    for (size_t i = 0; i < s.n; i++)
        s.weight[i] = k->problem->sigma ? 1 / k->problem->sigma[i] : 1;
    return s;
}

static bool model(const struct normal_fit *k, const double *param, double *value)
{
    const struct fit_problem *m = k->problem;
    return m->both ? m->both(m->data, param, value, k->jacobian)
                   : m->value(m->data, param, value) && m->jacobian(m->data, param, k->jacobian);
}

/* Returns chi2: no number where a value is none. */
static double residuals(const struct normal_fit *k, const struct space *s, const double *value,
                        double *residual)
{
    double chi2 = 0;
    for (size_t i = 0; i < s->n; i++) {
        residual[i] = (value[i] - k->problem->y[i]) * s->weight[i];
        chi2 += residual[i] * residual[i];
    }
    return chi2;
}

/* J^T J and J^T r, four points at a time; the lower triangle in pairs of columns. */
static void add_rows(const struct space *s, const double *residual, size_t rows)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < s->q; j += 2)
            *(v2 *)(s->slope + j) += residual[r] * *(const v2 *)(s->rows + r * s->q + j);
    for (size_t u = 0; u < s->p; u++) {
        const double *of = s->rows + u, a = of[0], b = of[s->q], c = of[2 * s->q], d = of[3 * s->q];
        for (size_t v = 0; v <= u; v += 2) {
            const double *row = s->rows + v;
            *(v2 *)(s->normal + u * s->q + v) += a * *(const v2 *)row + b * *(const v2 *)(row + s->q) +
                                                 c * *(const v2 *)(row + 2 * s->q) +
                                                 d * *(const v2 *)(row + 3 * s->q);
        }
    }
}

/* False: a derivative is no number. */
static bool normal_equations(const struct normal_fit *k, const struct space *s)
{
    const struct fit_problem *m = k->problem;
    memset(s->normal, 0, s->q * s->q * sizeof *s->normal);
    memset(s->slope, 0, s->q * sizeof *s->slope);
    memset(s->rows, 0, 4 * s->q * sizeof *s->rows);
    for (size_t i = 0; i < m->n; i += 4) {
        const size_t rows = m->n - i < 4 ? m->n - i : 4;
        for (size_t r = 0; r < 4; r++) {
            const double weight = r < rows ? s->weight[i + r] : 0;
            const double *from = k->jacobian + (r < rows ? i + r : i) * s->p;
            double *to = s->rows + r * s->q;
            size_t j = 0;
            for (; j + 2 <= s->p; j += 2)
                *(v2 *)(to + j) = weight * *(const v2 *)(from + j);
            for (; j < s->p; j++)
                to[j] = weight * from[j];
        }
        add_rows(s, s->residual + i, rows);
    }
    for (size_t j = 0; j < s->p; j++)
        if (!isfinite(s->normal[j * s->q + j]))
            return false;
    return true;
}

/* ---- A symmetric matrix of m rows, q apart, in its lower triangle ---- */

/* The reciprocals of the diagonal stand on it.  `least`: pivots are larger, the diagonal being 1. */
static bool decompose(size_t m, size_t q, double *a, double least)
{
    for (size_t u = 0; u < m; u++) {
        for (size_t v = 0; v <= u; v++) {
            double sum = a[u * q + v];
            for (size_t w = 0; w < v; w++)
                sum -= a[u * q + w] * a[v * q + w];
            if (v < u)
                a[u * q + v] = sum * a[v * q + v];
            else if (sum > least)
                a[u * q + u] = 1 / sqrt(sum);
            else
                return false;
        }
    }
    return true;
}

static void solve(size_t m, size_t q, const double *a, double *x)
{
    for (size_t u = 0; u < m; u++) {
        for (size_t w = 0; w < u; w++)
            x[u] -= a[u * q + w] * x[w];
        x[u] *= a[u * q + u];
    }
    for (size_t u = m; u-- > 0;) {
        for (size_t w = u + 1; w < m; w++)
            x[u] -= a[w * q + u] * x[w];
        x[u] *= a[u * q + u];
    }
}

/* The inverse of the factor, transposed: of row u what stands at u and behind. */
static void invert_factor(size_t m, size_t q, const double *a, double *inverse)
{
    for (size_t u = 0; u < m; u++) {
        double *row = inverse + u * q;
        row[u] = a[u * q + u];
        for (size_t v = u + 1; v < m; v++) {
            double sum = 0;
            for (size_t w = u; w < v; w++)
                sum -= a[v * q + w] * row[w];
            row[v] = sum * a[v * q + v];
        }
    }
}

/* ---- Steps ---- */

/* Which parameters may move; those on a bound beyond which chi2 would fall may not. */
static size_t find_free(const struct normal_fit *k, const struct space *s, size_t *which)
{
    size_t m = 0;
    for (size_t j = 0; j < s->p; j++) {
        if (k->state[j] == FIT_HELD)
            continue;
        k->state[j] = k->param[j] <= k->lower[j] && s->slope[j] >= 0   ? FIT_AT_LOWER
                      : k->param[j] >= k->upper[j] && s->slope[j] <= 0 ? FIT_AT_UPPER
                                                                       : FIT_FREE;
        if (k->state[j] == FIT_FREE)
            which[m++] = j;
    }
    return m;
}

static bool at_rest(const struct normal_fit *k, const struct space *s, size_t m, const size_t *which)
{
    const double limit = k->flat * sqrt(k->chi2) + k->rounding;
    for (size_t u = 0; u < m; u++) {
        const size_t j = which[u];
        if (fabs(s->slope[j]) > limit * sqrt(s->normal[j * s->q + j]))
            return false;
    }
    return true;
}

/* The step over the free parameters, at s->step, the others' 0; what it should take off chi2. */
static bool find_step(const struct normal_fit *k, const struct space *s, size_t m, const size_t *which,
                      double damping, double *gain)
{
    memset(s->step, 0, s->q * sizeof *s->step);
    for (size_t u = 0; u < m; u++) {
        const double length = s->normal[which[u] * s->q + which[u]];
        if (!(length > 0))
            return false;
        s->scale[u] = 1 / sqrt(length);
        for (size_t v = 0; v <= u; v++)
            s->factor[u * s->q + v] = s->normal[which[u] * s->q + which[v]] * (s->scale[u] * s->scale[v]);
        s->factor[u * s->q + u] = 1 + damping;
        s->solution[u] = -s->slope[which[u]] * s->scale[u];
    }
    if (!decompose(m, s->q, s->factor, 1e-14))
        return false;
    solve(m, s->q, s->factor, s->solution);
    for (size_t j = 0; j < s->p; j++)
        s->trial[j] = k->param[j];
    for (size_t u = 0; u < m; u++) {
        const size_t j = which[u];
        s->trial[j] = fmin(fmax(k->param[j] + s->scale[u] * s->solution[u], k->lower[j]), k->upper[j]);
        s->step[j] = s->trial[j] - k->param[j];
    }
    *gain = 0;
    for (size_t u = 0; u < m; u++) {
        const size_t j = which[u];
        double along = 0;
        for (size_t v = 0; v < m; v++)
            along += (j >= which[v] ? s->normal[j * s->q + which[v]] : s->normal[which[v] * s->q + j]) *
                     s->step[which[v]];
        *gain -= s->step[j] * (2 * s->slope[j] + along);
    }
    return true;
}

static bool step_is_small(const struct normal_fit *k, const struct space *s)
{
    for (size_t j = 0; j < s->p; j++)
        if (fabs(s->step[j]) > 1e-15 * fabs(k->param[j]))
            return false;
    return true;
}

/* By what part of the gain that was expected chi2 falls; where that is rounding, whether it stays. */
static double gained(double before, double after, double expected)
{
    if (expected <= 1e-13 * before)
        return after <= before * (1 + 1e-13) ? 1 : -1;
    return (before - after) / expected;
}

enum fit_status normal_fit_run(struct normal_fit *k)
{
    struct space s = cut(k);
    size_t which[NORMAL_MOST];
    double damping = 1e-3, growth = 2, expected;
    k->iterations = 0;
    if (!model(k, k->param, k->value))
        return FIT_BAD_START;
    k->chi2 = residuals(k, &s, k->value, s.residual);
    if (!isfinite(k->chi2) || !normal_equations(k, &s))
        return FIT_BAD_START;
    size_t m = find_free(k, &s, which);
    for (; k->iterations < k->limit; k->iterations++) {
        if (at_rest(k, &s, m, which))
            return FIT_CONVERGED;
        if (!find_step(k, &s, m, which, damping, &expected) || step_is_small(k, &s) || damping > 1e12)
            return FIT_STALLED;
        const bool sound = model(k, s.trial, s.value);
        const double chi2 = sound ? residuals(k, &s, s.value, s.new_residual) : INFINITY;
        const double ratio = gained(k->chi2, chi2, expected), x = 2 * ratio - 1;
        if (!(ratio > 0)) {
            damping *= growth;
            growth *= 2;
            continue;
        }
        memcpy(k->param, s.trial, s.p * sizeof *k->param);
        memcpy(k->value, s.value, s.n * sizeof *k->value);
        memcpy(s.residual, s.new_residual, s.n * sizeof *s.residual);
        k->chi2 = chi2;
        if (!normal_equations(k, &s))
            return FIT_STALLED;
        m = find_free(k, &s, which);
        damping *= fmax(1. / 3, 1 - x * x * x);
        growth = 2;
    }
    return FIT_TOO_MANY_ITERATIONS;
}

bool normal_fit_inverse(const struct normal_fit *k, size_t m, const size_t *which, double *inverse)
{
    struct space s = cut(k);
    memset(s.residual, 0, s.n * sizeof *s.residual);
    if (!normal_equations(k, &s))
        return false;
    for (size_t u = 0; u < m; u++) {
        s.scale[u] = 1 / sqrt(s.normal[which[u] * s.q + which[u]]);
        if (!isfinite(s.scale[u]))
            return false;
        for (size_t v = 0; v <= u; v++)
            s.factor[u * s.q + v] = s.normal[which[u] * s.q + which[v]] * (s.scale[u] * s.scale[v]);
        s.factor[u * s.q + u] = 1;
    }
    if (!decompose(m, s.q, s.factor, PIVOT))
        return false;
    invert_factor(m, s.q, s.factor, s.normal);
    for (size_t u = 0; u < m; u++)
        for (size_t v = 0; v <= u; v++) {
            double sum = 0;
            for (size_t w = u; w < m; w++)
                sum += s.normal[u * s.q + w] * s.normal[v * s.q + w];
            inverse[u * m + v] = inverse[v * m + u] = sum * (s.scale[u] * s.scale[v]);
        }
    return true;
}
