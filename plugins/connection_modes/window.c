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

/* The points whose cells may reach into the window: from *first to before the one returned. */
static size_t near_window(const lookup *curve, double from, double to, size_t *first)
{
    size_t low = 0, high = curve->n;
    while (low < high) { /* the first that is not before the window */
        const size_t middle = (low + high) / 2;
        if (curve->point[middle].x < from)
            low = middle + 1;
        else
            high = middle;
    }
    for (high = low; high < curve->n && curve->point[high].x <= to; high++)
        ;
    *first = low > 0 ? low - 1 : 0;
    return high < curve->n ? high + 1 : curve->n;
}

struct window window_make(frit_call *c, const lookup *curve, const struct reading *how, bool has_sigma,
                          double from, double to)
{
    struct window w = {.from = from, .to = to};
    size_t first;
    const size_t end = near_window(curve, from, to, &first), most = end - first + 1;
    double *memory = c->host->scratch(c, 4 * most, sizeof *memory);
    const double factor = how->rescale ? how->strain * how->strain * how->strain : 1;
    w.index = c->host->scratch(c, most, sizeof *w.index);
    if (!memory || !w.index)
        return w;
    w.r = memory;
    w.y = w.r + most;
    w.weight = w.y + most;
    w.variance = has_sigma ? w.weight + most : NULL;
    for (size_t i = first; i < end; i++) {
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
