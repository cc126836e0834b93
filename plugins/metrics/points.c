/* The measured points of a curve, and what is linear in them.
 *
 * With y on straight lines between the points, integrals, values and their uncertainties are sums: I = sum
 * w_j y_j, var I = sum w_j w_k cov(y_j, y_k).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "points.h"
#include "shared/lookup.h"

#include <math.h>

/* Leave out those that are not measured. */
static frit_status pick(frit_call *c, const frit_view *v, struct metric_points *p, size_t *index)
{
    const size_t n = v->shape[0];
    double *x = c->host->scratch(c, 3 * n + 1, sizeof *x);
    if (!x)
        return FRIT_ENOMEM;
    double *y = x + n, *sigma = y + n;
    for (size_t i = 0; i < n; i++) {
        if ((v->mask && v->mask[i]) || !isfinite(v->value[i]) || (v->sigma && !isfinite(v->sigma[i])))
            continue;
        x[p->n] = v->axis[0][i];
        y[p->n] = v->value[i];
        index[p->n] = i;
        if (v->sigma)
            sigma[p->n] = v->sigma[i];
        p->n++;
    }
    p->x = x;
    p->y = y;
    p->sigma = v->sigma ? sigma : NULL;
    return FRIT_OK;
}

static frit_status check_order(frit_call *c, const frit_view *v, const char *name, const char *unit)
{
    for (size_t i = 0; i < v->shape[0]; i++) {
        const double x = v->axis[0][i];
        if (!isfinite(x) || (i > 0 && x <= v->axis[0][i - 1]))
            return c->host->fail(c, FRIT_EDATA,
                                 "%s must increase from point to point; it does not at point %zu, "
                                 "%g %s", name, i + 1, x, unit);
    }
    return FRIT_OK;
}

frit_status points_read(frit_call *c, uint32_t port, int covariance_port, const char *symbol,
                        struct metric_points *p)
{
    const frit_view *v = c->host->input(c, port, 0);
    if (!v)
        return FRIT_EIO;
    const size_t n = v->shape[0];
    size_t *index = c->host->scratch(c, n + 1, sizeof *index);
    *p = (struct metric_points){.x_name = v->axis_name[0] ? v->axis_name[0] : "x",
                                .x_unit = v->axis_unit[0] ? v->axis_unit[0] : "",
                                .index = index};
    if (!index)
        return FRIT_ENOMEM;
    frit_status status = check_order(c, v, p->x_name, p->x_unit);
    if (status == FRIT_OK && !lookup_whole(v)) {
        status = pick(c, v, p, index);
    } else if (status == FRIT_OK) {
        p->n = n;
        p->x = v->axis[0];
        p->y = v->value;
        p->sigma = v->sigma;
        for (size_t i = 0; i < n; i++)
            index[i] = i;
    }
    if (status != FRIT_OK || covariance_port < 0)
        return status;
    return covariance_read(c, (uint32_t)covariance_port, v, symbol, &p->covariance);
}

size_t points_segment(const struct metric_points *p, double x)
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

struct metric_points points_part(const struct metric_points *p, double a, double b)
{
    struct metric_points part = *p;
    if (p->n < 2)
        return part;
    const size_t low = points_segment(p, a);
    const size_t high = points_segment(p, b) + 4;    /* the point behind b, and two more */
    const size_t first = low < 2 ? 0 : low - 2, end = high < p->n ? high : p->n;
    part.x += first;
    part.y += first;
    part.index += first;
    part.sigma = p->sigma ? p->sigma + first : NULL;
    part.n = end - first;
    return part;
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
    for (size_t j = a < b ? points_segment(p, a) + 1 : 1; j < p->n; j++) {
        if (a < b && p->x[j - 1] >= b)
            break;
        const double from = p->x[j - 1] > a ? p->x[j - 1] : a, to = p->x[j] < b ? p->x[j] : b;
        if (to - from > 0.25 * (b - a))
            return c->host->fail(c, FRIT_EDATA,
                                 "%s, %s from %g to %g %s, is not measured between %g and %g: more than a "
                                 "quarter of it",
                                 what, p->x_name, a, b, p->x_unit, p->x[j - 1], p->x[j]);
    }
    return FRIT_OK;
}

void points_at_weights(const struct metric_points *p, double x, double factor, double *weight)
{
    const size_t j = points_segment(p, x);
    const double part = fmin(1, fmax(0, (x - p->x[j]) / (p->x[j + 1] - p->x[j])));
    weight[j] += factor * (1 - part);
    weight[j + 1] += factor * part;
}

void points_integral_weights(const struct metric_points *p, double a, double b, int power, double factor,
                             double *weight)
{
    for (size_t j = p->n > 1 ? points_segment(p, a) : 0; j + 1 < p->n; j++) {
        /* The outermost segments reach the little bit farther that points_cover() allows. */
        const double from = j == 0 || p->x[j] < a ? a : p->x[j];
        const double to = j + 2 == p->n || p->x[j + 1] > b ? b : p->x[j + 1];
        if (from >= b)
            break;
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
    return p->covariance.n > 0 || p->sigma;
}

double points_sigma(const struct metric_points *p, const double *weight)
{
    double variance = 0;
    size_t first = 0, end = p->n;
    while (first < end && weight[first] == 0)
        first++;
    while (end > first && weight[end - 1] == 0)
        end--;
    if (p->covariance.n > 0)
        variance = covariance_of_sum(&p->covariance, end - first, p->index + first, weight + first);
    else
        for (size_t j = first; j < end; j++)
            variance += weight[j] == 0 ? 0 : weight[j] * weight[j] * p->sigma[j] * p->sigma[j];
    return variance > 0 ? sqrt(variance) : 0;
}
