/* Maxima, minima and crossings by local regression.
 *
 * W. S. Cleveland, J. Am. Stat. Assoc. 74 (1979) 829, doi:10.1080/01621459.1979.10481038: around each place
 * a cubic is fitted with weights (1 - |u|^3)^3 that fade away over the range, so that points enter and
 * leave without a jump.  The cubic is a sum of polynomials that are orthogonal on the points: G. E.
 * Forsythe, J. SIAM 5 (1957) 74, doi:10.1137/0105007.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "local_fit.h"

#include <math.h>

enum { TERMS = 4, FEWEST = TERMS + 1 };

/* A polynomial of the recurrence p_k+1 = (u - alpha_k) p_k - beta_k p_k-1, at 0. */
struct basis {
    double alpha[TERMS], beta[TERMS], norm[TERMS];    /* norm: sum of w p_k^2 */
    double value[TERMS], slope[TERMS];                /* of p_k at u = 0 */
};

static double tricube(double u)
{
    const double a = fabs(u), b = 1 - a * a * a;
    return a < 1 ? b * b * b : 0;
}

/* All p_k(u). */
static inline void evaluate(const struct basis *b, int terms, double u, double *out)
{
    out[0] = 1;
    for (int k = 0; k + 1 < terms; k++)
        out[k + 1] = (u - b->alpha[k]) * out[k] - (k > 0 ? b->beta[k] * out[k - 1] : 0);
}

/* Points first to last, relative to x in units of range. */
static bool make_basis(const struct metric_points *p, size_t first, size_t last, double x, double range,
                       struct basis *b)
{
    double q[TERMS], before = 1;
    for (int k = 0; k < TERMS; k++) {
        double norm = 0, shift = 0;
        for (size_t j = first; j <= last; j++) {
            const double u = (p->x[j] - x) / range, w = tricube(u);
            evaluate(b, k + 1, u, q);
            norm += w * q[k] * q[k];
            shift += w * u * q[k] * q[k];
        }
        if (!(norm > 0))
            return false;
        b->norm[k] = norm;
        b->alpha[k] = shift / norm;
        b->beta[k] = norm / before;
        before = norm;
    }
    evaluate(b, TERMS, 0, b->value);
    b->slope[0] = 0;
    for (int k = 0; k + 1 < TERMS; k++)
        b->slope[k + 1] =
            b->value[k] - b->alpha[k] * b->slope[k] - (k > 0 ? b->beta[k] * b->slope[k - 1] : 0);
    return true;
}

/* How many points lie before x, or there with `too`. */
static size_t points_before(const struct metric_points *p, double x, bool too)
{
    size_t low = 0, high = p->n;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (p->x[middle] < x || (too && p->x[middle] == x))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool local_cubic(const struct metric_points *p, double x, double range, double *value, double *slope,
                 double *value_weight, double *slope_weight)
{
    const size_t first = points_before(p, x - range, true), last = points_before(p, x + range, false);
    struct basis b;
    *value = *slope = 0;
    if (last < first + FEWEST || !make_basis(p, first, last - 1, x, range, &b))
        return false;
    for (size_t j = first; j < last; j++) {
        const double u = (p->x[j] - x) / range, w = tricube(u);
        double q[TERMS], v = 0, s = 0;
        evaluate(&b, TERMS, u, q);
        for (int k = 0; k < TERMS; k++) {
            v += w * q[k] * b.value[k] / b.norm[k];
            s += w * q[k] * b.slope[k] / b.norm[k];
        }
        s /= range;
        *value += v * p->y[j];
        *slope += s * p->y[j];
        if (value_weight)
            value_weight[j] += v;
        if (slope_weight)
            slope_weight[j] += s;
    }
    return true;
}

/* How value and slope change with x, by their differences. */
static bool change(const struct metric_points *p, double x, double range, double *of_value, double *of_slope)
{
    const double step = 1e-3 * range;
    double before[2], behind[2];
    if (!local_cubic(p, x - step, range, &before[0], &before[1], NULL, NULL) ||
        !local_cubic(p, x + step, range, &behind[0], &behind[1], NULL, NULL))
        return false;
    *of_value = (behind[0] - before[0]) / (2 * step);
    *of_slope = (behind[1] - before[1]) / (2 * step);
    return true;
}

/* Where the slope, or the value less a level, is 0 between two places at which it is f_low and f_high, of
 * different signs: by chords, the end that stays halved (Illinois), to rounding. */
static bool find_root(const struct metric_points *p, double range, const double *level, double low,
                      double f_low, double high, double f_high, double *at)
{
    *at = high;
    for (int k = 0; k < 60 && f_high != 0; k++) {
        const double before = *at;
        double value, slope;
        *at = high - f_high * (high - low) / (f_high - f_low);
        if (!local_cubic(p, *at, range, &value, &slope, NULL, NULL))
            return false;
        const double f = level ? value - *level : slope;
        if (f == 0 || fabs(*at - before) <= 1e-15 * (range + fabs(*at)))
            return true;
        if (f * f_high < 0) {
            low = high;
            f_low = f_high;
        } else {
            f_low /= 2;
        }
        high = *at;
        f_high = f;
    }
    return true;
}

/* From `start` uphill (sign 1) or downhill (-1), in steps, until the slope changes sign. */
static enum extremum_found search(const struct metric_points *p, double start, double from, double to,
                                  double range, int sign, double *at)
{
    double value, slope, low = start, high = start;
    if (!local_cubic(p, start, range, &value, &slope, NULL, NULL))
        return EXTREMUM_FEW_POINTS;
    const int direction = sign * slope >= 0 ? 1 : -1;
    double before = slope, s = slope;
    while (s * slope > 0 || s == slope) {
        low = high;
        before = s;
        high += direction * range / 16;
        if (high < from || high > to)
            return EXTREMUM_NONE;
        if (!local_cubic(p, high, range, &value, &s, NULL, NULL))
            return EXTREMUM_FEW_POINTS;
    }
    return find_root(p, range, NULL, low, before, high, s, at) ? EXTREMUM_FOUND : EXTREMUM_FEW_POINTS;
}

enum extremum_found extremum_find(frit_call *c, const struct metric_points *p, double start, double from,
                                  double to, double range, int sign, struct extremum *e)
{
    double of_value, of_slope, slope;
    const enum extremum_found found = search(p, start, from, to, range, sign, &e->at);
    if (found != EXTREMUM_FOUND)
        return found;
    e->at_weight = c->host->scratch(c, p->n, sizeof *e->at_weight);
    e->value_weight = c->host->scratch(c, p->n, sizeof *e->value_weight);
    if (!e->at_weight || !e->value_weight)
        return EXTREMUM_NO_MEMORY;
    if (!local_cubic(p, e->at, range, &e->value, &slope, e->value_weight, e->at_weight) ||
        !change(p, e->at, range, &of_value, &of_slope))
        return EXTREMUM_FEW_POINTS;
    if (!(sign * of_slope < 0))
        return EXTREMUM_NONE;
    /* slope(at; y) = 0 gives d at/dy = -(d slope/dy)/(d slope/d at). */
    for (size_t j = 0; j < p->n; j++) {
        e->at_weight[j] /= -of_slope;
        e->value_weight[j] += of_value * e->at_weight[j];
    }
    return EXTREMUM_FOUND;
}

bool local_crossing(const struct metric_points *p, const struct extremum *e, double part, int direction,
                    double reach, double range, double *at, double *weight)
{
    const double level = part * e->value;
    double value = e->value, slope, low, high = e->at, of_value, of_slope, before;
    do {
        low = high;
        before = value;
        high += direction * range / 16;
        if (fabs(high - e->at) > reach || high < p->x[0] || high > p->x[p->n - 1] ||
            !local_cubic(p, high, range, &value, &slope, NULL, NULL))
            return false;
    } while (value > level);
    if (!find_root(p, range, &level, low, before - level, high, value - level, at) ||
        !local_cubic(p, *at, range, &value, &slope, weight, NULL) ||
        !change(p, *at, range, &of_value, &of_slope) || of_value == 0)
        return false;
    for (size_t j = 0; j < p->n; j++)
        weight[j] = -(weight[j] - part * e->value_weight[j]) / of_value;
    return true;
}
