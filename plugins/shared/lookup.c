/* A measured curve, read off at other positions by linear interpolation.
 *
 * y(x) = (1 - t) y_i + t y_(i+1), var y = (1 - t)^2 var y_i + t^2 var y_(i+1), t = (x - x_i)/(x_(i+1) - x_i)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shared/lookup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SLACK 1e-3    /* of the last bin */

static int by_position(const void *a, const void *b)
{
    const lookup_point *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return p->index < q->index ? -1 : p->index > q->index;
}

bool lookup_make(frit_call *c, const frit_view *v, lookup *l)
{
    *l = (lookup){ .point = c->host->scratch(c, v->shape[0] + 1, sizeof *l->point) };
    if (!l->point)
        return false;
    bool sorted = true;
    for (size_t i = 0; i < v->shape[0]; i++) {
        double x = v->axis[0][i];
        if (!isfinite(x))
            continue;
        double variance = v->sigma ? v->sigma[i] * v->sigma[i] : 0;
        bool measured = !(v->mask && v->mask[i]) && isfinite(v->value[i]) && isfinite(variance);
        sorted = sorted && (l->n == 0 || x >= l->point[l->n - 1].x);
        l->point[l->n++] = (lookup_point){ x, v->value[i], variance, i, measured };
    }
    if (!sorted)
        qsort(l->point, l->n, sizeof *l->point, by_position);
    return true;
}

/* How many points lie at or below x. */
static size_t points_up_to(const lookup *l, double x)
{
    size_t from = 0, to = l->n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (l->point[middle].x <= x)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

bool lookup_at(const lookup *l, double x, double *y, double *variance)
{
    if (l->n == 0 || !isfinite(x))
        return false;
    size_t below = points_up_to(l, x);
    const lookup_point *p = l->point;
    if (below > 0 && p[below - 1].x == x) {
        *y = p[below - 1].y;
        *variance = p[below - 1].variance;
        return p[below - 1].measured;
    }
    if (l->n == 1)
        return false;
    size_t i = below == 0 ? 0 : below == l->n ? l->n - 2 : below - 1;
    double width = p[i + 1].x - p[i].x, t = (x - p[i].x) / width;
    if (!(width > 0) || t < -SLACK || t > 1 + SLACK || !p[i].measured || !p[i + 1].measured)
        return false;
    *y = (1 - t) * p[i].y + t * p[i + 1].y;
    *variance = (1 - t) * (1 - t) * p[i].variance + t * t * p[i + 1].variance;
    return true;
}

typedef double two __attribute__((vector_size(16), aligned(8), may_alias));
typedef int64_t truth __attribute__((vector_size(16)));

/* Are all of them finite, and their squares?  A difference of infinities is no number. */
static bool all_finite(const double *x, size_t n)
{
    truth bad = { 0 };
    for (size_t i = 0; i + 2 <= n; i += 2) {
        const two square = *(const two *)(x + i) * *(const two *)(x + i);
        bad |= (truth)(square - square != 0);
    }
    return !(bad[0] | bad[1]) && (n % 2 == 0 || isfinite(x[n - 1] * x[n - 1]));
}

static bool increase(const double *x, size_t n)
{
    truth bad = { 0 };
    for (size_t i = 0; i + 3 <= n; i += 2)
        bad |= ~(truth)(*(const two *)(x + i + 1) > *(const two *)(x + i));
    return !(bad[0] | bad[1]) && (n % 2 || x[n - 1] > x[n - 2]);
}

/* Positions that increase, those of the curve to the last bit. */
static bool same_positions(const frit_view *v, size_t n, const double *x)
{
    if (n != v->shape[0] || n == 0 || (x != v->axis[0] && memcmp(x, v->axis[0], n * sizeof *x)))
        return false;
    return isfinite(x[0]) && isfinite(x[n - 1]) && increase(x, n);
}

bool lookup_whole(const frit_view *v)
{
    uint8_t masked = 0;
    for (size_t i = 0; v->mask && i < v->shape[0]; i++)
        masked |= v->mask[i];
    return !masked && all_finite(v->value, v->shape[0]) && (!v->sigma || all_finite(v->sigma, v->shape[0]));
}

void lookup_copy(const frit_view *v, double *restrict y, double *restrict variance, bool *restrict known)
{
    const size_t n = v->shape[0];
    const bool whole = lookup_whole(v);
    memset(known, whole, n * sizeof *known);
    for (size_t i = 0; variance && i < n; i++)
        variance[i] = v->sigma ? v->sigma[i] * v->sigma[i] : 0;
    memcpy(y, v->value, n * sizeof *y);
    for (size_t i = 0; !whole && i < n; i++) {
        const double own = v->sigma ? v->sigma[i] * v->sigma[i] : 0;
        known[i] = !(v->mask && v->mask[i]) && isfinite(y[i]) && isfinite(own);
        y[i] = known[i] ? y[i] : 0;
        if (variance)
            variance[i] = known[i] ? own : 0;
    }
}

bool lookup_all(frit_call *c, const frit_view *v, size_t n, const double *x, double *y, double *variance,
                bool *known)
{
    if (same_positions(v, n, x)) {
        lookup_copy(v, y, variance, known);
        return true;
    }
    lookup l;
    if (!lookup_make(c, v, &l))
        return false;
    for (size_t i = 0; i < n; i++) {
        double value = 0, own = 0;
        known[i] = lookup_at(&l, x[i], &value, &own);
        y[i] = known[i] ? value : 0;
        if (variance)
            variance[i] = known[i] ? own : 0;
    }
    return true;
}

bool lookup_range(const lookup *l, double *from, double *to)
{
    bool any = false;
    for (size_t i = 0; i < l->n; i++) {
        if (!l->point[i].measured)
            continue;
        if (!any)
            *from = l->point[i].x;
        *to = l->point[i].x;
        any = true;
    }
    return any;
}
