/* An intensity and all that is known about it, point by point.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "points.h"

#include <math.h>
#include <stdlib.h>

#include "shared/lookup.h"

frit_status points_begin(frit_call *c, points *p, const double *expected, const double *f_mean_sq)
{
    const frit_view *v = p->v;
    const size_t n = v->shape[0];
    const double *nothing = c->host->scratch(c, n + 1, sizeof *nothing);
    p->measured = c->host->scratch(c, n + 1, sizeof *p->measured);
    if (!nothing || !p->measured)
        return FRIT_ENOMEM;
    p->all = (normalisation_points){ .n = n, .Q = v->axis[0], .I = v->value,
                                     .sigma = v->sigma ? v->sigma : nothing, .expected = expected,
                                     .f_mean_sq = f_mean_sq, .fluorescence = nothing, .multiple = nothing };
    for (size_t i = 0; i < n; i++)
        p->measured[i] = !(v->mask && v->mask[i]) && isfinite(v->value[i]) && isfinite(p->all.sigma[i]) &&
                         f_mean_sq[i] > 0;
    return FRIT_OK;
}

frit_status points_add(frit_call *c, points *p, uint32_t port, const double **column)
{
    if (c->host->n_inputs(c, port) == 0)
        return FRIT_OK;
    const frit_view *v = c->host->input(c, port, 0);
    const size_t n = p->all.n;
    const double *before = *column;
    if (!v)
        return FRIT_EIO;
    double *restrict y = c->host->scratch(c, n + 1, sizeof *y);
    bool *known = c->host->scratch(c, n + 1, sizeof *known);
    if (!y || !known || !lookup_all(c, v, n, p->all.Q, y, NULL, known))
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++)
        p->measured[i] &= known[i];
    for (size_t i = 0; i < n; i++)
        y[i] += before[i];
    *column = y;
    return FRIT_OK;
}

/* Those that come by Q already, each above the one before.  False: they do not. */
static bool collect_sorted(points *p)
{
    double last = -INFINITY;
    size_t n = 0;
    for (size_t i = 0; i < p->all.n; i++) {
        if (!p->measured[i])
            continue;
        if (!(p->all.Q[i] > last))
            return false;
        last = p->all.Q[i];
        p->origin[n++] = i;
    }
    p->sorted.n = n;
    return true;
}

/* While they are sorted. */
typedef struct placed {
    double Q, I;
    size_t origin;
} placed;

/* Equal Q: in one order too, so that a sum has the same bits. */
static int by_Q(const void *a, const void *b)
{
    const placed *p = a, *q = b;
    if (p->Q != q->Q)
        return p->Q < q->Q ? -1 : 1;
    if (p->I != q->I)
        return p->I < q->I ? -1 : 1;
    return p->origin < q->origin ? -1 : p->origin > q->origin;
}

static frit_status sort(frit_call *c, points *p)
{
    placed *list = c->host->scratch(c, p->all.n + 1, sizeof *list);
    if (!list)
        return FRIT_ENOMEM;
    p->sorted.n = 0;
    for (size_t i = 0; i < p->all.n; i++)
        if (p->measured[i])
            list[p->sorted.n++] = (placed){ p->all.Q[i], p->all.I[i], i };
    qsort(list, p->sorted.n, sizeof *list, by_Q);
    for (size_t i = 0; i < p->sorted.n; i++)
        p->origin[i] = list[i].origin;
    return FRIT_OK;
}

static frit_status gather(frit_call *c, points *p)
{
    const double **const column[] = { &p->sorted.Q, &p->sorted.I, &p->sorted.sigma, &p->sorted.expected,
                                      &p->sorted.f_mean_sq, &p->sorted.fluorescence, &p->sorted.multiple };
    enum { COLUMNS = sizeof column / sizeof *column };
    const size_t n = p->sorted.n;
    double *to = c->host->scratch(c, COLUMNS * n + 1, sizeof *to);
    if (!to)
        return FRIT_ENOMEM;
    for (size_t k = 0; k < COLUMNS; k++, to += n) {
        for (size_t i = 0; i < n; i++)
            to[i] = (*column[k])[p->origin[i]];
        *column[k] = to;
    }
    return FRIT_OK;
}

frit_status points_finish(frit_call *c, points *p)
{
    p->origin = c->host->scratch(c, p->all.n + 1, sizeof *p->origin);
    p->slopes = c->host->scratch(c, (p->all.n + 1) * SCALES_WORK, sizeof *p->slopes);
    if (!p->origin || !p->slopes)
        return FRIT_ENOMEM;
    p->sorted = p->all;
    const bool in_order = collect_sorted(p);
    if (!in_order && sort(c, p) != FRIT_OK)
        return FRIT_ENOMEM;
    p->in_place = in_order && p->sorted.n == p->all.n;
    if (!p->in_place && gather(c, p) != FRIT_OK)
        return FRIT_ENOMEM;
    scales_slopes(&p->sorted, p->slopes);
    return FRIT_OK;
}
