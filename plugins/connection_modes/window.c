/* The points of g(r) in a window, and what each of them counts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "window.h"

#include <math.h>

/* From the middle to the neighbour before, to that behind; at an end of the curve, as far as on the other
 * side. */
static void cell_of(const lookup *k, size_t i, double *from, double *to)
{
    const lookup_point *p = k->point;
    double before = i > 0 ? (p[i].x - p[i - 1].x) / 2 : NAN,
           behind = i + 1 < k->n ? (p[i + 1].x - p[i].x) / 2 : NAN;
    *from = p[i].x - (isnan(before) ? behind : before);
    *to = p[i].x + (isnan(behind) ? before : behind);
}

/* 0 to 1. */
static double part_inside(const lookup *k, size_t i, bool soft, double from, double to)
{
    const double x = k->point[i].x;
    double a, b;
    cell_of(k, i, &a, &b);
    if (!soft || !(b > a)) {
        const double slack = b > a ? 1e-6 * (b - a) : 0; /* 4.0 of one program is 3.9999999 of another */
        return x >= from - slack && x <= to + slack;
    }
    return fmax(0, fmin(b, to) - fmax(a, from)) / (b - a);
}

struct window window_make(frit_call *c, const lookup *curve, const struct reading *how, bool has_sigma,
                          double from, double to)
{
    struct window w = {.from = from, .to = to};
    double *memory = c->host->scratch(c, 4 * (curve->n + 1), sizeof *memory);
    const double factor = how->rescale ? how->strain * how->strain * how->strain : 1;
    w.index = c->host->scratch(c, curve->n + 1, sizeof *w.index);
    if (!memory || !w.index)
        return w;
    w.r = memory;
    w.y = w.r + curve->n;
    w.weight = w.y + curve->n;
    w.variance = has_sigma ? w.weight + curve->n : NULL;
    for (size_t i = 0; i < curve->n; i++) {
        const lookup_point *p = &curve->point[i];
        const double part = part_inside(curve, i, how->soft, from, to);
        const double variance = factor * factor * p->variance;
        if (!p->measured || !(part > 0) || (has_sigma && how->by_sigma && !(variance > 0)))
            continue;
        w.r[w.n] = p->x;
        w.y[w.n] = 1 + factor * (p->y - 1) - how->baseline;
        w.weight[w.n] = has_sigma && how->by_sigma ? part / variance : part;
        if (has_sigma)
            w.variance[w.n] = variance;
        w.index[w.n++] = p->index;
    }
    return w;
}
