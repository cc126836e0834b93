/* An intensity and all that is known about it, point by point.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "points.h"

#include <math.h>
#include <stdlib.h>

#include "shared/lookup.h"

/* While they are sorted. */
typedef struct placed {
    normalisation_point p;
    size_t              origin;
} placed;

frit_status points_begin(frit_call *c, points *p, const atom_averages *average, bool laue)
{
    const frit_view *v = p->v;
    size_t n = v->shape[0];
    p->point = c->host->scratch(c, n + 1, sizeof *p->point);
    p->slopes = c->host->scratch(c, (n + 1) * SCALES_WORK, sizeof *p->slopes);
    p->origin = c->host->scratch(c, n + 1, sizeof *p->origin);
    p->measured = c->host->scratch(c, n + 1, sizeof *p->measured);
    if (!p->point || !p->slopes || !p->origin || !p->measured)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const atom_averages *a = &average[i];
        double sigma = v->sigma ? v->sigma[i] : 0;
        p->point[i] = (normalisation_point){ .Q = v->axis[0][i], .I = v->value[i], .sigma = sigma,
                                             .expected = laue ? a->f_sq_mean : a->f_mean_sq,
                                             .f_mean_sq = a->f_mean_sq };
        p->measured[i] =
            !(v->mask && v->mask[i]) && isfinite(v->value[i]) && isfinite(sigma) && a->f_mean_sq > 0;
    }
    return FRIT_OK;
}

static inline double *member(normalisation_point *p, enum point_term term)
{
    switch (term) {
    case TERM_FLUORESCENCE:
        return &p->fluorescence;
    case TERM_MULTIPLE:
        return &p->multiple;
    default:
        return &p->expected;
    }
}

frit_status points_add(frit_call *c, points *p, uint32_t port, enum point_term term)
{
    if (c->host->n_inputs(c, port) == 0)
        return FRIT_OK;
    const frit_view *v = c->host->input(c, port, 0);
    const size_t n = p->v->shape[0];
    if (!v)
        return FRIT_EIO;
    double *y = c->host->scratch(c, n + 1, sizeof *y);
    bool *known = c->host->scratch(c, n + 1, sizeof *known);
    if (!y || !known || !lookup_all(c, v, n, p->v->axis[0], y, NULL, known))
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        p->measured[i] = p->measured[i] && known[i];
        *member(&p->point[i], term) += y[i];
    }
    return FRIT_OK;
}

/* Equal Q: in one order too, so that a sum has the same bits. */
static int by_Q(const void *a, const void *b)
{
    const placed *p = a, *q = b;
    if (p->p.Q != q->p.Q)
        return p->p.Q < q->p.Q ? -1 : 1;
    if (p->p.I != q->p.I)
        return p->p.I < q->p.I ? -1 : 1;
    return p->origin < q->origin ? -1 : p->origin > q->origin;
}

/* Those that come by Q already, each above the one before.  False: they do not. */
static bool collect_sorted(points *p)
{
    double last = -INFINITY;
    size_t n = 0;
    for (size_t i = 0; i < p->v->shape[0]; i++) {
        if (!p->measured[i])
            continue;
        if (!(p->point[i].Q > last))
            return false;
        last = p->point[i].Q;
        p->origin[n++] = i;
    }
    p->n = n;
    return true;
}

static frit_status sort(frit_call *c, points *p)
{
    placed *list = c->host->scratch(c, p->v->shape[0] + 1, sizeof *list);
    if (!list)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < p->v->shape[0]; i++)
        if (p->measured[i])
            list[p->n++] = (placed){ p->point[i], i };
    qsort(list, p->n, sizeof *list, by_Q);
    for (size_t i = 0; i < p->n; i++)
        p->origin[i] = list[i].origin;
    return FRIT_OK;
}

frit_status points_finish(frit_call *c, points *p)
{
    const bool in_order = collect_sorted(p);
    if (!in_order && sort(c, p) != FRIT_OK)
        return FRIT_ENOMEM;
    p->sorted = p->point;
    if (!in_order || p->n < p->v->shape[0]) {
        p->sorted = c->host->scratch(c, p->n + 1, sizeof *p->sorted);
        if (!p->sorted)
            return FRIT_ENOMEM;
        for (size_t i = 0; i < p->n; i++)
            p->sorted[i] = p->point[p->origin[i]];
    }
    scales_slopes(p->sorted, p->n, p->slopes);
    return FRIT_OK;
}
