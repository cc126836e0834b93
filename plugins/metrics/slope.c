/* slope: how fast each value of a series changes along its axis, dS/dT at each Q: least squares over the
 * elements.
 *
 * The straight line's slope and its uncertainty: W. H. Press et al., Numerical Recipes, 3rd ed., Cambridge
 * 2007, 15.2. Elements come one after the other; sums are taken of differences from the first, so that a
 * small change of a large value keeps its digits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "metrics.h"
#include "shared/axes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EACH_DIMENSION(x) {x, x, x, x, x, x, x, x}
#define AXES_OF_DATA {"@data.0", "@data.1", "@data.2", "@data.3", "@data.4", "@data.5", "@data.6", "@data.7"}

const frit_port slope_inputs[] = {
    {.name = "data", .unit = "*", .axis_unit = EACH_DIMENSION("*"), .ndim = FRIT_ANY_NDIM,
     .flags = FRIT_PORT_SERIES,
     .doc = "curves, frames or numbers of one shape, in a series that has an axis"},
    {0}};

const frit_port slope_outputs[] = {
    {.name = "slope", .unit = "*", .ndim = FRIT_ANY_NDIM, .axis_name = AXES_OF_DATA,
     .axis_unit = AXES_OF_DATA,
     .doc = "per unit of the series' axis; masked where fewer than two positions were measured"},
    {0}};

const char slope_doc[] =
    "    slope = sum (T - <T>) y / sum (T - <T>)^2\n"
    "\n"
    "over the elements of a series, for each value by itself: dS/dT at each Q. Of two elements it is their "
    "difference over the difference of their positions. Each element counts alike; what is masked in one "
    "is left out there. Elements that failed before are left out.\n"
    "\n"
    "**Sigma** comes from the elements' own, taken as independent: sum (T - <T>)^2 sigma^2 over the square "
    "of the sum above; it holds where the change is a straight line or not. Where they have none, from the "
    "scatter about the line, with n - 2: none of two elements.\n"
    "\n"
    "**Refused**: a series without an axis, one element, elements all at one position, elements of "
    "different shape.";

struct sums {
    size_t n;
    double *count, *first, *y, *t, *ty, *tt, *yy;    /* of differences from the first */
    double *v, *tv, *ttv;                            /* of variances */
};

struct series {
    uint32_t ndim;
    size_t shape[FRIT_MAX_NDIM];
    double first, last;    /* positions */
    bool   sigma;
    size_t used;
    char   unit[256];
    frit_buffer *out;
};

static double *zeros(frit_call *c, size_t n)
{
    return c->host->scratch(c, n + 1, sizeof(double));
}

static frit_status begin(frit_call *c, const frit_view *v, struct series *s, struct sums *m)
{
    *s = (struct series){
        .ndim = v->ndim, .first = v->position, .last = v->position, .sigma = v->sigma != NULL};
    *m = (struct sums){.n = 1};
    for (uint32_t k = 0; k < v->ndim; k++)
        m->n *= s->shape[k] = v->shape[k];
    double **const all[] = {&m->count, &m->first, &m->y, &m->t,  &m->ty,
                            &m->tt,    &m->yy,    &m->v, &m->tv, &m->ttv};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        if (!(*all[k] = zeros(c, m->n)))
            return FRIT_ENOMEM;
    const char *y = v->unit ? v->unit : "1", *t = v->series_unit ? v->series_unit : "1";
    if (strcmp(t, "degC") == 0 || strcmp(t, "degF") == 0)
        t = t[3] == 'C' ? "K" : "(K/1.8)";    /* a difference of temperatures */
    if (strcmp(t, "1") == 0)
        snprintf(s->unit, sizeof s->unit, "%s", y);
    else if (strcmp(y, "1") == 0)
        snprintf(s->unit, sizeof s->unit, "1/%s", t);
    else
        snprintf(s->unit, sizeof s->unit, "(%s)/(%s)", y, t);
    /* The output before the next input: with the axes of the first element. */
    s->out = c->host->output(c, 0, FRIT_F64, v->ndim, v->shape, FRIT_WANT_MASK | FRIT_WANT_SIGMA);
    if (!s->out)
        return FRIT_ENOMEM;
    for (uint32_t k = 0; k < v->ndim; k++)
        for (size_t i = 0; s->out->axis[k] && i < v->shape[k]; i++)
            s->out->axis[k][i] = v->axis[k] ? v->axis[k][i] : (double)i;
    return FRIT_OK;
}

static frit_status fits(frit_call *c, const frit_view *v, const struct series *s)
{
    if (isnan(v->position))
        return c->host->fail(c, FRIT_EDATA,
                             "the series has no axis along which there could be a slope: give it one, "
                             "series:along(positions, name, unit)");
    bool same = v->ndim == s->ndim && (v->sigma != NULL) == s->sigma;
    for (uint32_t k = 0; same && k < s->ndim; k++) {
        /* Without an axis of its own an element lies on the plain index, as the output then does. */
        const size_t n = s->shape[k];
        same = v->shape[k] == n && (!v->axis[k] || axes_differ(s->out->axis[k], v->axis[k], n) == n);
    }
    return same ? FRIT_OK
                : c->host->fail(c, FRIT_EDATA,
                                "%s, at %s = %g %s, is not on the points of the elements before it, or it "
                                "alone has, or has not, a sigma",
                                v->name, v->series_name ? v->series_name : "position", v->position,
                                v->series_unit ? v->series_unit : "");
}

static void add(const frit_view *v, struct series *s, struct sums *m)
{
    const double t = v->position - s->first;
    s->used++;
    s->last = v->position != s->first ? v->position : s->last;
    for (size_t i = 0; i < m->n; i++) {
        const double sigma = v->sigma ? v->sigma[i] : 0, variance = sigma * sigma;
        if ((v->mask && v->mask[i]) || !isfinite(v->value[i]) || !isfinite(variance))
            continue;
        if (m->count[i]++ == 0)
            m->first[i] = v->value[i];
        const double y = v->value[i] - m->first[i];
        m->y[i] += y;
        m->t[i] += t;
        m->ty[i] += t * y;
        m->tt[i] += t * t;
        m->yy[i] += y * y;
        m->v[i] += variance;
        m->tv[i] += t * variance;
        m->ttv[i] += t * t * variance;
    }
}

static void finish(const struct series *s, const struct sums *m)
{
    for (size_t i = 0; i < m->n; i++) {
        const double n = m->count[i], mean = m->t[i] / n, tt = m->tt[i] - m->t[i] * mean;
        /* All at one position: what is left of the sums is rounding. */
        if (n < 2 || !(tt > 1e-12 * m->tt[i])) {
            s->out->mask[i] = 1;
            continue;
        }
        const double ty = m->ty[i] - mean * m->y[i], yy = m->yy[i] - m->y[i] * m->y[i] / n;
        s->out->value[i] = ty / tt;
        if (s->sigma)
            s->out->sigma[i] = sqrt(fmax(0, m->ttv[i] - 2 * mean * m->tv[i] + mean * mean * m->v[i])) / tt;
        else if (n > 2)
            s->out->sigma[i] = sqrt(fmax(0, yy - ty * ty / tt) / (n - 2) / tt);
    }
}

frit_status slope_run(frit_call *c)
{
    const uint64_t n = c->host->n_inputs(c, 0);
    struct series s = {0};
    struct sums m = {0};
    frit_status status = FRIT_OK;
    for (uint64_t i = 0; i < n && status == FRIT_OK; i++) {
        if (!c->host->progress(c, (double)i / (double)n))
            return FRIT_ECANCELLED;
        const frit_view *v = c->host->input(c, 0, i);
        if (!v)
            return FRIT_EIO;
        if (v->failure)
            continue;
        if (!s.out)
            status = begin(c, v, &s, &m);
        if (status == FRIT_OK)
            status = fits(c, v, &s);
        if (status == FRIT_OK)
            add(v, &s, &m);
    }
    if (status != FRIT_OK)
        return status;
    if (s.used < 2)
        return c->host->fail(c, FRIT_EDATA, "a slope needs two elements at least: %zu of %llu can be used",
                             s.used, (unsigned long long)n);
    if (s.first == s.last)
        return c->host->fail(c, FRIT_EDATA, "all %zu elements lie at one position, %g: there is no slope",
                             s.used, s.first);
    finish(&s, &m);
    c->host->set_unit(c, 0, -1, NULL, s.unit);
    return FRIT_OK;
}
