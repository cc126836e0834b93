/* The measured points of a curve, and what is linear in them.
 *
 * With y on straight lines between the points, integrals, values and their uncertainties are sums: I = sum
 * w_j y_j, var I = sum w_j w_k cov(y_j, y_k).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "points.h"

#include <math.h>

static frit_status read_covariance(frit_call *c, uint32_t port, const frit_view *v, const char *symbol,
                                   struct metric_points *p)
{
    const frit_host *host = c->host;
    if (host->n_inputs(c, port) == 0)
        return FRIT_OK;
    const frit_view *C = host->input(c, port, 0);
    if (!C)
        return FRIT_EIO;
    if (C->shape[0] != v->shape[0] || C->shape[1] != v->shape[0])
        return host->fail(c, FRIT_EDATA,
                          "the covariance has %zu x %zu values, and %s has %zu points: it needs "
                          "one for each pair of them", C->shape[0], C->shape[1], symbol, v->shape[0]);
    for (size_t k = 0; k < 2; k++)
        for (size_t j = 0; C->axis[k] && j < v->shape[0]; j++)
            if (!(fabs(C->axis[k][j] - v->axis[0][j]) <= 1e-6 * fabs(v->axis[0][j])))
                return host->fail(c, FRIT_EDATA,
                                  "point %zu of the covariance stands at %g %s, that of %s at %g: "
                                  "both must be on the same points", j + 1, C->axis[k][j], p->x_unit, symbol,
                                  v->axis[0][j]);
    const size_t n = v->shape[0] * v->shape[0];
    size_t known = 0;
    while (known < n && C->mask && C->mask[known])
        known++;
    if (known == n)
        return FRIT_OK;
    p->covariance = C->value;
    p->covariance_mask = C->mask;
    p->n_axis = v->shape[0];
    return FRIT_OK;
}

frit_status points_read(frit_call *c, uint32_t port, int covariance_port, const char *symbol,
                        struct metric_points *p)
{
    const frit_view *v = c->host->input(c, port, 0);
    if (!v)
        return FRIT_EIO;
    const size_t n = v->shape[0];
    *p = (struct metric_points){.x_name = v->axis_name[0] ? v->axis_name[0] : "x",
                                .x_unit = v->axis_unit[0] ? v->axis_unit[0] : ""};
    p->x = c->host->scratch(c, n + 1, sizeof *p->x);
    p->y = c->host->scratch(c, n + 1, sizeof *p->y);
    p->index = c->host->scratch(c, n + 1, sizeof *p->index);
    p->sigma = v->sigma ? c->host->scratch(c, n + 1, sizeof *p->sigma) : NULL;
    if (!p->x || !p->y || !p->index || (v->sigma && !p->sigma))
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const double x = v->axis[0][i];
        if (!isfinite(x) || (i > 0 && x <= v->axis[0][i - 1]))
            return c->host->fail(c, FRIT_EDATA,
                                 "%s must increase from point to point; it does not at point %zu, "
                                 "%g %s", p->x_name, i + 1, x, p->x_unit);
        if ((v->mask && v->mask[i]) || !isfinite(v->value[i]) || (v->sigma && !isfinite(v->sigma[i])))
            continue;
        p->x[p->n] = x;
        p->y[p->n] = v->value[i];
        p->index[p->n] = i;
        if (v->sigma)
            p->sigma[p->n] = v->sigma[i];
        p->n++;
    }
    return covariance_port < 0 ? FRIT_OK : read_covariance(c, (uint32_t)covariance_port, v, symbol, p);
}

frit_status points_cover(frit_call *c, const struct metric_points *p, double a, double b, const char *what)
{
    if (p->n < 2)
        return c->host->fail(c, FRIT_EDATA, p->n == 0 ? "no point of the curve is measured"
                                                      : "only one point of the curve is measured");
    const double first = p->x[0], last = p->x[p->n - 1];
    const double room_first = 1e-3 * (p->x[1] - first), room_last = 1e-3 * (last - p->x[p->n - 2]);
    if (a < first - room_first || b > last + room_last)
        return c->host->fail(c, FRIT_EDATA,
                             "%s, %s from %g to %g %s, reaches beyond the data, which are measured from "
                             "%g to %g",
                             what, p->x_name, a, b, p->x_unit, first, last);
    for (size_t j = 1; j < p->n; j++) {
        const double from = fmax(a, p->x[j - 1]), to = fmin(b, p->x[j]);
        if (to - from > 0.25 * (b - a))
            return c->host->fail(c, FRIT_EDATA,
                                 "%s, %s from %g to %g %s, is not measured between %g and %g: more than a "
                                 "quarter of it",
                                 what, p->x_name, a, b, p->x_unit, p->x[j - 1], p->x[j]);
    }
    return FRIT_OK;
}

/* The point behind which x lies; n >= 2. */
static size_t segment(const struct metric_points *p, double x)
{
    size_t low = 0, high = p->n - 1;
    while (high - low > 1) {
        const size_t middle = (low + high) / 2;
        if (p->x[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void points_at_weights(const struct metric_points *p, double x, double factor, double *weight)
{
    const size_t j = segment(p, x);
    const double part = fmin(1, fmax(0, (x - p->x[j]) / (p->x[j + 1] - p->x[j])));
    weight[j] += factor * (1 - part);
    weight[j + 1] += factor * part;
}

void points_integral_weights(const struct metric_points *p, double a, double b, int power, double factor,
                             double *weight)
{
    for (size_t j = 0; j + 1 < p->n; j++) {
        /* The outermost segments reach the little bit farther that points_cover() allows. */
        const double from = j == 0 ? a : fmax(a, p->x[j]), to = j + 2 == p->n ? b : fmin(b, p->x[j + 1]);
        if (!(to > from))
            continue;
        const double h = p->x[j + 1] - p->x[j], at[3] = {from, (from + to) / 2, to};
        for (int k = 0; k < 3; k++) {    /* Simpson's rule is exact for parabolas */
            const double s = factor * (to - from) / 6 * (k == 1 ? 4 : 1) * (power ? at[k] : 1);
            const double part = (at[k] - p->x[j]) / h;
            weight[j] += s * (1 - part);
            weight[j + 1] += s * part;
        }
    }
}

double points_sum(const struct metric_points *p, const double *weight)
{
    double sum = 0;
    for (size_t j = 0; j < p->n; j++)
        sum += weight[j] * p->y[j];
    return sum;
}

bool points_have_sigma(const struct metric_points *p)
{
    return p->covariance || p->sigma;
}

/* What is masked or no number in the covariance counts as 0. */
static double covariance_at(const struct metric_points *p, size_t j, size_t k)
{
    const size_t at = p->index[j] * p->n_axis + p->index[k];
    const double x = p->covariance[at];
    return (p->covariance_mask && p->covariance_mask[at]) || !isfinite(x) ? 0 : x;
}

double points_sigma(const struct metric_points *p, const double *weight)
{
    double variance = 0;
    for (size_t j = 0; j < p->n; j++) {
        if (weight[j] == 0)
            continue;
        if (!p->covariance) {
            variance += weight[j] * weight[j] * p->sigma[j] * p->sigma[j];
            continue;
        }
        for (size_t k = 0; k < p->n; k++)
            if (weight[k] != 0)
                variance += weight[j] * weight[k] * covariance_at(p, j, k);
    }
    return sqrt(fmax(0, variance));
}
