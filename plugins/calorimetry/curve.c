/* Curves over temperature: order, lines by least squares, weighted sums.
 *
 * Neighbouring points of a calorimeter are not independent: its signal is filtered, to first order by one
 * time constant, so that the noise is autoregressive of order one.  The variance of a mean of n points is
 * then s^2/n (1 + rho)/(1 - rho); G. E. P. Box, G. M. Jenkins and G. C. Reinsel, Time Series Analysis, 4th
 * ed., Wiley 2008, doi:10.1002/9781118619193.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct point {
    double T, y;
};

static int by_temperature(const void *a, const void *b)
{
    const struct point *p = a, *q = b;
    return p->T < q->T ? -1 : p->T > q->T ? 1 : p->y < q->y ? -1 : p->y > q->y;
}

frit_status curve_take(frit_call *c, uint32_t port, const char *what, struct thermal_curve *k)
{
    const frit_view *v = c->host->input(c, port, 0);
    if (!v)
        return FRIT_EIO;
    size_t n = v->shape[0], used = 0;
    struct point *p = c->host->scratch(c, n + 1, sizeof *p);
    *k = (struct thermal_curve){.T = c->host->scratch(c, n + 1, sizeof *k->T),
                                .y = c->host->scratch(c, n + 1, sizeof *k->y)};
    if (!p || !k->T || !k->y)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++)
        if (!(v->mask && v->mask[i]) && isfinite(v->value[i]) && isfinite(v->axis[0][i]))
            p[used++] = (struct point){v->axis[0][i], v->value[i]};
    qsort(p, used, sizeof *p, by_temperature);
    for (size_t i = 0; i < used;) {
        double sum = 0;
        size_t same = i;
        for (; same < used && p[same].T == p[i].T; same++)
            sum += p[same].y;
        k->T[k->n] = p[i].T;
        k->y[k->n++] = sum / (double)(same - i);
        i = same;
    }
    if (k->n < 5)
        return c->host->fail(c, FRIT_EDATA,
                             "the %s has %zu measured points at different temperatures: too few", what, k->n);
    return FRIT_OK;
}

/* How many points lie below T (or at it, where `at`). */
static size_t points_below(const struct thermal_curve *k, double T, bool at)
{
    size_t from = 0, to = k->n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (k->T[middle] < T || (at && k->T[middle] == T))
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

size_t curve_window(const struct thermal_curve *k, double from, double to, size_t *first)
{
    *first = points_below(k, from, false);
    size_t end = points_below(k, to, true);
    return end > *first ? end - *first : 0;
}

double curve_at(const struct thermal_curve *k, double T)
{
    if (k->n == 0 || !(T >= k->T[0] && T <= k->T[k->n - 1]))
        return NAN;
    size_t i = points_below(k, T, true);
    if (i == k->n)
        return k->y[k->n - 1];
    double t = (T - k->T[i - 1]) / (k->T[i] - k->T[i - 1]);
    return (1 - t) * k->y[i - 1] + t * k->y[i];
}

/* ---- Lines ---- */

double line_at(const struct line *l, double T)
{
    return l->a + l->b * (T - l->T0);
}

double line_variance(const struct line *l, double T)
{
    return l->var_a + (T - l->T0) * (T - l->T0) * l->var_b;
}

static double residual(const struct thermal_curve *k, const struct line *l, size_t i)
{
    return k->y[l->first + i] - line_at(l, k->T[l->first + i]);
}

/* (1 + rho)/(1 - rho), rho from neighbouring residuals, freed of what the fitted line takes from it (on
 * average (2 + 4 rho)/n); at most so much that six points count as one. */
static double inflation_of(const struct thermal_curve *k, const struct line *l, double squares)
{
    double product = 0, n = (double)l->n;
    if (l->n < 8 || !(squares > 0))
        return 1;
    for (size_t i = 0; i + 1 < l->n; i++)
        product += residual(k, l, i) * residual(k, l, i + 1);
    double rho = (product / squares + 2 / n) / (1 - 4 / n);
    if (!(rho > 0))
        return 1;
    return rho < 1 ? fmin((1 + rho) / (1 - rho), n / 6) : n / 6;
}

static void set_variances(const struct thermal_curve *k, struct line *l)
{
    double Sxx = 0;
    for (size_t i = 0; i < l->n; i++)
        Sxx += (k->T[l->first + i] - l->T0) * (k->T[l->first + i] - l->T0);
    l->var_a = l->noise * l->noise * l->inflation / (double)l->n;
    l->var_b = l->noise * l->noise * l->inflation / Sxx;
}

/* a and b alone, of the window that is set. */
static bool fit_coefficients(const struct thermal_curve *k, struct line *l)
{
    if (l->n < 3)
        return false;
    double mean_T = 0, mean_y = 0, Sxx = 0, Sxy = 0;
    for (size_t i = l->first; i < l->first + l->n; i++) {
        mean_T += k->T[i] - k->T[l->first];
        mean_y += k->y[i];
    }
    l->T0 = k->T[l->first] + mean_T / (double)l->n;
    l->a = mean_y / (double)l->n;
    for (size_t i = l->first; i < l->first + l->n; i++) {
        Sxx += (k->T[i] - l->T0) * (k->T[i] - l->T0);
        Sxy += (k->T[i] - l->T0) * (k->y[i] - l->a);
    }
    l->b = Sxy / Sxx;
    l->from = k->T[l->first];
    l->to = k->T[l->first + l->n - 1];
    return Sxx > 0;
}

static void estimate_noise(const struct thermal_curve *k, struct line *l)
{
    double squares = 0;
    for (size_t i = 0; i < l->n; i++)
        squares += residual(k, l, i) * residual(k, l, i);
    l->inflation = fmax(1, inflation_of(k, l, squares));
    /* a line takes two degrees of freedom, of as many as there are independent points */
    double freedom = (double)l->n - 2 * l->inflation;
    l->noise = sqrt(squares / fmax(1, freedom));
    set_variances(k, l);
}

bool line_fit(const struct thermal_curve *k, double from, double to, struct line *l)
{
    *l = (struct line){.inflation = 1};
    l->n = curve_window(k, from, to, &l->first);
    if (!fit_coefficients(k, l))
        return false;
    estimate_noise(k, l);
    return true;
}

void line_at_least_noise(struct line *l, const struct line *other)
{
    double least = other->noise * other->noise * other->inflation;
    double own = l->noise * l->noise * l->inflation;
    if (!(least > own))
        return;
    double raise = own > 0 ? least / own : 0;
    l->var_a = own > 0 ? l->var_a * raise : least / (double)l->n;
    /* evenly spaced: Sxx = n w^2/12 */
    l->var_b =
        own > 0 ? l->var_b * raise : least * 12 / ((double)l->n * (l->to - l->from) * (l->to - l->from));
    l->noise = other->noise;
    l->inflation = other->inflation;
}

/* The line through the window of this width about point i; false: it reaches beyond the curve. */
static bool window_about(const struct thermal_curve *k, size_t i, double width, struct line *l)
{
    double low = k->T[i] - width / 2, high = k->T[i] + width / 2;
    if (low < k->T[0] || high > k->T[k->n - 1])
        return false;
    *l = (struct line){.inflation = 1};
    l->n = curve_window(k, low, high, &l->first);
    return fit_coefficients(k, l);
}

/* The steepest of many windows is chosen by the noise where an edge is straight, and is too steep: the line
 * is fitted over all of the stretch around it that is nearly as steep. */
#define NEARLY 0.99

bool line_steepest(const struct thermal_curve *k, double from, double to, double width, double sign,
                   struct line *l)
{
    size_t first, count = curve_window(k, from, to, &first), best = 0;
    bool found = false;
    struct line trial;
    for (size_t i = first; i < first + count; i++)
        if (window_about(k, i, width, &trial) && (!found || sign * trial.b > sign * l->b)) {
            *l = trial;
            best = i;
            found = true;
        }
    if (!found)
        return false;
    double least = NEARLY * sign * l->b;
    size_t low = best, high = best;
    while (low > first && window_about(k, low - 1, width, &trial) && sign * trial.b >= least)
        low--;
    while (high + 1 < first + count && window_about(k, high + 1, width, &trial) && sign * trial.b >= least)
        high++;
    /* the outer quarters of the last windows may lie on the bends */
    double start = fmin(k->T[low] - width / 4, k->T[best] - width / 2);
    double end = fmax(k->T[high] + width / 4, k->T[best] + width / 2);
    return line_fit(k, start, end, l);
}

bool line_cross(const struct line *p, const struct line *q, double *T, double *sigma)
{
    double slope = p->b - q->b;
    if (!(fabs(slope) > 1e-12 * (fabs(p->b) + fabs(q->b))))
        return false;
    *T = p->T0 + (line_at(q, p->T0) - p->a) / slope;
    *sigma = sqrt(line_variance(p, *T) + line_variance(q, *T)) / fabs(slope);
    return isfinite(*T) && isfinite(*sigma);
}

/* ---- Weighted sums ---- */

/* Adds factor * (weights of the integral over one stretch of the chord between points i and i + 1). */
static void weight_chord(const struct thermal_curve *k, size_t i, double low, double high, double factor,
                         double *weight)
{
    double width = k->T[i + 1] - k->T[i], middle = ((low + high) / 2 - k->T[i]) / width;
    weight[i] += factor * (high - low) * (1 - middle);
    weight[i + 1] += factor * (high - low) * middle;
}

void weight_integral(const struct thermal_curve *k, double from, double to, double factor, double *weight)
{
    for (size_t i = 0; i + 1 < k->n; i++) {
        double low = fmax(from, k->T[i]), high = fmin(to, k->T[i + 1]);
        if (low < high)
            weight_chord(k, i, low, high, factor, weight);
    }
}

void weight_line(const struct thermal_curve *k, const struct line *l, double from, double to, double factor,
                 double *weight)
{
    double Sxx = 0, length = to - from, middle = (from + to) / 2 - l->T0;
    for (size_t i = l->first; i < l->first + l->n; i++)
        Sxx += (k->T[i] - l->T0) * (k->T[i] - l->T0);
    for (size_t i = l->first; i < l->first + l->n; i++)
        weight[i] += factor * length * (1 / (double)l->n + middle * (k->T[i] - l->T0) / Sxx);
}

/* ---- A cubic or a parabola ---- */

enum { TERMS = 4 };

/* Solves A x = b for symmetric positive A by elimination, and inverts A; false: singular. */
static bool solve(int m, double A[TERMS][TERMS], const double *b, double *x, double inverse[TERMS][TERMS])
{
    double work[TERMS][2 * TERMS] = {{0}};
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < m; j++)
            work[i][j] = A[i][j];
        work[i][m + i] = 1;
    }
    for (int i = 0; i < m; i++) {
        if (!(work[i][i] > 1e-12 * A[i][i]))
            return false;
        double pivot = work[i][i];
        for (int j = 0; j < 2 * m; j++)
            work[i][j] /= pivot;
        for (int r = 0; r < m; r++) {
            double f = work[r][i];
            for (int j = 0; r != i && j < 2 * m; j++)
                work[r][j] -= f * work[i][j];
        }
    }
    for (int i = 0; i < m; i++) {
        x[i] = 0;
        for (int j = 0; j < m; j++) {
            inverse[i][j] = work[i][m + j];
            x[i] += inverse[i][j] * b[j];
        }
    }
    return true;
}

bool polynomial_feature(const struct thermal_curve *k, double from, double to, int degree, double *T,
                        double *sigma)
{
    size_t first, n = curve_window(k, from, to, &first);
    int m = degree + 1;
    if (n < (size_t)m + 2 || !(to > from))
        return false;
    double middle = (from + to) / 2, half = (to - from) / 2;
    double A[TERMS][TERMS] = {{0}}, inverse[TERMS][TERMS], b[TERMS] = {0}, x[TERMS];
    for (size_t i = first; i < first + n; i++) {
        double u = (k->T[i] - middle) / half, power[TERMS] = {1, u, u * u, u * u * u};
        for (int r = 0; r < m; r++) {
            b[r] += power[r] * k->y[i];
            for (int s = 0; s < m; s++)
                A[r][s] += power[r] * power[s];
        }
    }
    if (!solve(m, A, b, x, inverse))
        return false;
    double squares = 0;
    for (size_t i = first; i < first + n; i++) {
        double u = (k->T[i] - middle) / half, fit = 0;
        for (int r = m - 1; r >= 0; r--)
            fit = fit * u + x[r];
        squares += (k->y[i] - fit) * (k->y[i] - fit);
    }
    /* the root of the derivative that is left: u = -x[m-2]/((m - 1) x[m-1]) */
    double variance = squares / (double)(n - (size_t)m), lead = degree * x[degree], u = -x[degree - 1] / lead;
    double d0 = -1 / lead, d1 = -u / x[degree];
    double var_u = d0 * d0 * inverse[degree - 1][degree - 1] + d1 * d1 * inverse[degree][degree] +
                   2 * d0 * d1 * inverse[degree - 1][degree];
    *T = middle + half * u;
    *sigma = half * sqrt(fmax(0, var_u * variance));
    return isfinite(*T) && isfinite(*sigma) && u >= -1 && u <= 1;
}
