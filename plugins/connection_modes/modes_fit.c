/* One fit to the points of a window, free or of areas alone, and why there is none.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "connection_modes.h"

#include <math.h>

/* ---- Limits ---- */

static void set_peak(struct limits *k, size_t peak, double from, double to, double narrow, double wide)
{
    double *lower = k->lower + peak * PER_PEAK, *upper = k->upper + peak * PER_PEAK,
           *start = k->start + peak * PER_PEAK;
    lower[AREA] = 0;
    upper[AREA] = INFINITY;
    lower[CENTRE] = from;
    upper[CENTRE] = to;
    start[CENTRE] = (from + to) / 2;
    lower[WIDTH] = narrow;
    upper[WIDTH] = wide;
    start[WIDTH] = sqrt(narrow * wide);
}

static void make_limits(const struct connection_modes *p, double radius, const struct window *w,
                        struct limits *k)
{
    double area = 0;
    k->peaks = MODES;
    for (size_t mode = 0; mode < MODES; mode++) {
        double ideal = mode_distance(radius, mode);
        set_peak(k, mode, ideal - p->shift, ideal + p->shift, p->width.from, p->width.to);
    }
    if (p->neighbours == NEIGHBOURS_FIRST || p->neighbours == NEIGHBOURS_BOTH)
        set_peak(k, k->peaks++, radius, 1.25 * radius, 0.1, 0.6);
    if (p->neighbours == NEIGHBOURS_THIRD || p->neighbours == NEIGHBOURS_BOTH)
        set_peak(k, k->peaks++, 2.3 * radius, 2.7 * radius, 0.15, 1.5);
    for (size_t i = 0; i < w->n; i++)
        area += w->y[i] * (w->to - w->from) / (double)w->n;
    for (size_t peak = 0; peak < k->peaks; peak++)
        k->start[peak * PER_PEAK + AREA] = fmax(area, 1e-3) / (double)k->peaks;
}

/* ---- One fit ---- */

frit_status explain_trouble(frit_call *c, const struct trouble *t, const char *what, const lookup *curve,
                           const struct window *w)
{
    const struct connection_modes *p = c->params;
    double from, to;
    switch (t->what) {
    case NO_TROUBLE: return FRIT_OK;
    case NO_MEMORY: return FRIT_ENOMEM;
    case NO_AREA:
        return c->host->fail(
            c, FRIT_EDATA,
            "%s has no area above the baseline of %g between %g and %g angstrom: is it g(r), "
            "and not G(r)?",
            what, p->baseline, w->from, w->to);
    case NOT_CONVERGED:
        return c->host->fail(c, FRIT_ENUMERIC, "the fit of %s between %g and %g angstrom: %s", what, w->from,
                             w->to, fit_reason(t->status));
    case MODES_ALIKE:
        return c->host->fail(c, FRIT_ENUMERIC,
                             "the %zu points of %s between %g and %g angstrom do not tell the modes apart",
                             w->n, what, w->from, w->to);
    case FEW_POINTS: break;
    }
    if (!lookup_range(curve, &from, &to))
        return c->host->fail(c, FRIT_EDATA, "%s has no measured point", what);
    if (!w->n)
        return c->host->fail(c, FRIT_EDATA,
                             "%s has no measured point between %g and %g angstrom, where the second shell "
                             "is looked for: it goes from %g to %g angstrom",
                             what, w->from, w->to, from, to);
    return c->host->fail(c, FRIT_EDATA,
                         "%s has only %zu points between %g and %g angstrom for %zu parameters: take a finer "
                         "rstep or a wider window",
                         what, w->n, w->from, w->to, t->least);
}

/* 1/sqrt(weight), as fit_run() takes it. */
static double *fit_sigma(frit_call *c, const struct window *w)
{
    double *sigma = c->host->scratch(c, w->n + 1, sizeof *sigma);
    for (size_t i = 0; sigma && i < w->n; i++)
        sigma[i] = 1 / sqrt(w->weight[i]);
    return sigma;
}

struct trouble try_free(frit_call *c, double radius, const struct window *w, struct solution *s)
{
    const struct connection_modes *p = c->params;
    const struct fit_options options = {
        .restarts = (size_t)p->restarts, .seed = (uint64_t)p->seed, .jitter = 0.5};
    struct limits limits;
    make_limits(p, radius, w, &limits);
    if (w->n < limits.peaks * PER_PEAK)
        return (struct trouble){.what = FEW_POINTS, .least = limits.peaks * PER_PEAK};
    const double *sigma = fit_sigma(c, w);
    double *work = c->host->scratch(c, PEAK_WORK(w->n, limits.peaks), sizeof *work);
    struct fit *workspace = sigma && work ? fit_new(w->n, limits.peaks * PER_PEAK) : NULL;
    if (!workspace)
        return (struct trouble){.what = NO_MEMORY};
    enum fit_status status = solve_free(workspace, w, &limits, &options, sigma, work, s);
    fit_free(workspace);
    if (status != FIT_CONVERGED)
        return (struct trouble){.what = NOT_CONVERGED, .status = status};
    return (struct trouble){.what = s->total > 0 ? NO_TROUBLE : NO_AREA};
}

struct trouble try_areas(frit_call *c, const struct solution *shape, double strain,
                           const struct window *w, struct solution *s)
{
    if (w->n < shape->peaks)
        return (struct trouble){.what = FEW_POINTS, .least = shape->peaks};
    double *work = c->host->scratch(c, PEAK_WORK(w->n, shape->peaks), sizeof *work);
    if (!work)
        return (struct trouble){.what = NO_MEMORY};
    if (!solve_areas(w, shape, strain, work, s))
        return (struct trouble){.what = MODES_ALIKE};
    return (struct trouble){.what = s->total > 0 ? NO_TROUBLE : NO_AREA};
}
