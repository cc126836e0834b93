/* maxima: how many maxima a curve has, where, how high, and how far each stands out: do the peaks of G(r)
 * split?
 *
 * How far one stands out is its topographic prominence (A. Kirmse and J. de Ferranti, Prog. Phys. Geogr. 41
 * (2017) 788, doi:10.1177/0309133317738163), on the curve as local regression sees it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "metrics.h"

#include <math.h>

#include "local_fit.h"
#include "points.h"

enum { IN_CURVE, IN_COVARIANCE };
const frit_port maxima_inputs[] = {
    {.name = "curve", .unit = "*", .ndim = 1, .axis_name = {"x"}, .axis_unit = {"*"},
     .doc = "a curve, by ascending x"},
    {.name = "covariance", .unit = "*", .ndim = 2, .axis_name = {"x", "x"}, .axis_unit = {"*", "*"},
     .flags = FRIT_PORT_OPTIONAL,
     .doc = "of the curve between all pairs of its points, as `transform` makes it, or its square; with it, "
            "sigma of the curve is not used"},
    {0}};

enum { OUT_COUNT, OUT_POSITIONS, OUT_HEIGHTS, OUT_PROMINENCES };
#define OVER_NUMBERS .ndim = 1, .axis_name = {"number"}, .axis_unit = {"1"}
const frit_port maxima_outputs[] = {
    {.name = "count", .unit = "1", .doc = "how many there are: a curve over a series"},
    {.name = "positions", .unit = "*", OVER_NUMBERS,
     .doc = "of each, by ascending x, in the unit of the axis"},
    {.name = "heights", .unit = "@curve", OVER_NUMBERS, .doc = "of the curve there"},
    {.name = "prominences", .unit = "@curve", OVER_NUMBERS,
     .doc = "how far each stands above the higher one of the two dips beside it"},
    {0}};

#define P struct maxima
const frit_param maxima_params[] = {
    FRIT_RANGE(P, range, "1", NULL, -1e300, 1e300, 0,
               "Where they are looked for: from and to, in the unit of the curve's axis; not given: all of "
               "the curve."),
    FRIT_F64(P, prominence, "1", NAN, 0, 1e300, 0,
             "The least prominence that counts, in the curve's unit. This or `significance`, or both, is "
             "needed."),
    FRIT_F64(P, significance, "1", NAN, 0, 1e6, 0,
             "The least prominence that counts, in multiples of its own sigma: 5 leaves the noise out."),
    FRIT_F64(P, fit_range, "1", NAN, 0, 1e300, 0,
             "Of the local fits, in the unit of the axis: half the width of the part that they see. Not "
             "given: a hundredth of the range, or six times the distance of its points where that is more."),
    {0}};

const char maxima_doc[] =
    "    maximum:     where the local cubic has no slope, and the slope falls\n"
    "    prominence = height - max(lowest before it, lowest behind it)\n"
    "\n"
    "Around each x a cubic is fitted to the points within `fit_range`, with weights that fade away (local "
    "regression, as in `fsdp`); the maxima and dips are those of that curve, so that a shake of single "
    "points makes none. A range that is large beside a peak lowers it, by about y'''' range^4/840, and two "
    "peaks closer than it are one.\n"
    "\n"
    "From a maximum one looks to both sides as far as the next higher one, or the end of the range: the "
    "higher of the two lowest places on the way is what it stands above. An end of the range is no maximum, "
    "and may be the lowest place. A maximum counts where its prominence is as large as `prominence`, and as "
    "`significance` times its own sigma.\n"
    "\n"
    "**Sigma.** Positions, heights and prominences are linear in the curve for small errors; sigma^2 is the "
    "sum of (d result/dy_j sigma_j)^2, errors counted as independent. Those of G(r) are not: give the "
    "covariance (it comes along by itself from `transform(...):maxima`), or judge by `prominence` alone. "
    "Noise on M independent places (the range over fit_range) makes a maximum of significance 5 about once "
    "in 3e6/M^2 curves.\n"
    "\n"
    "**Limits.** None found is no error: count is 0, and the lists are empty. A prominence of less than "
    "1e-12 of the largest |y| is rounding, and no maximum. **Refused**: a range beyond the data, or with a "
    "gap of more than a quarter of it; fewer than five measured points within fit_range; `significance` for "
    "a curve without uncertainties.";

#define ROUNDING 1e-12

frit_status maxima_check(frit_call *c)
{
    const struct maxima *p = c->params;
    if (isnan(p->prominence) && isnan(p->significance))
        return c->host->fail(c, FRIT_EPARAM,
                             "how far must a maximum stand out? Give prominence, in the curve's unit, or "
                             "significance, in multiples of its uncertainty: 5, for example");
    if (p->fit_range == 0)
        return c->host->fail(c, FRIT_EPARAM, "fit_range is 0: it is a length on the curve's axis, above 0");
    return FRIT_OK;
}

/* ---- Ups and downs: the start of the range, dips and maxima in turn, its end ---- */

enum kind { DIP = -1, END, MAXIMUM };

struct place {
    enum kind       kind;
    struct extremum e;
};

struct landscape {
    const struct metric_points *points;
    double        a, b, range;    /* range: of the local fits */
    size_t        n;
    struct place *place;
};

static frit_status few_points(frit_call *c, const struct landscape *l, double x)
{
    return c->host->fail(c, FRIT_EDATA,
                         "fewer than five points are measured within fit_range, %g %s, of %s = %g: give a "
                         "larger one",
                         l->range, l->points->x_unit, l->points->x_name, x);
}

static frit_status add_end(frit_call *c, struct landscape *l, double x)
{
    struct extremum *e = &l->place[l->n].e;
    double slope;
    e->at = x;
    e->value_weight = c->host->scratch(c, l->points->n, sizeof *e->value_weight);
    if (!e->value_weight)
        return FRIT_ENOMEM;
    if (!local_cubic(l->points, x, l->range, &e->value, &slope, e->value_weight, NULL))
        return few_points(c, l, x);
    l->place[l->n++].kind = END;
    return FRIT_OK;
}

static frit_status add_extremum(frit_call *c, struct landscape *l, double start, double step, enum kind kind)
{
    struct place *p = &l->place[l->n];
    switch (extremum_find(c, l->points, start, l->a - step, l->b + step, l->range, kind, &p->e)) {
    case EXTREMUM_NO_MEMORY:
        return FRIT_ENOMEM;
    case EXTREMUM_FEW_POINTS:
        return few_points(c, l, start);
    case EXTREMUM_NONE:    /* flat: neither up nor down */
        return FRIT_OK;
    case EXTREMUM_FOUND:
        break;
    }
    if (p->e.at > l->a && p->e.at < l->b) {
        p->kind = kind;
        l->n++;
    }
    return FRIT_OK;
}

/* Along the range in steps of an eighth of fit_range: where the slope changes its sign. */
static frit_status survey(frit_call *c, struct landscape *l)
{
    const size_t steps = (size_t)ceil(8 * (l->b - l->a) / l->range);
    const double step = (l->b - l->a) / (double)steps;
    l->place = c->host->scratch(c, steps + 2, sizeof *l->place);
    if (!l->place)
        return FRIT_ENOMEM;
    frit_status status = add_end(c, l, l->a);
    double before = 0;
    for (size_t k = 0; k <= steps && status == FRIT_OK; k++) {
        const double x = k == steps ? l->b : l->a + (double)k * step;
        double value, slope;
        if (!local_cubic(l->points, x, l->range, &value, &slope, NULL, NULL))
            return few_points(c, l, x);
        if (before != 0 && slope * before < 0)
            status = add_extremum(c, l, x - step, step, before > 0 ? MAXIMUM : DIP);
        if (slope != 0)
            before = slope;
    }
    return status == FRIT_OK ? add_end(c, l, l->b) : status;
}

/* ---- How far each maximum stands out ---- */

/* The lowest place from the k-th on, in a direction, as far as the next higher one. */
static const struct extremum *lowest(const struct landscape *l, size_t k, int direction)
{
    const double height = l->place[k].e.value;
    const struct extremum *low = NULL;
    for (size_t j = k; j > 0 && j + 1 < l->n;) {
        j = direction > 0 ? j + 1 : j - 1;
        const struct extremum *e = &l->place[j].e;
        if (e->value > height)
            break;
        if (!low || e->value < low->value)
            low = e;
    }
    return low;
}

struct found {
    const struct extremum *top;
    double  prominence;
    double *weight;    /* d prominence/dy_j */
};

/* false: it does not count. */
static bool judge(const struct maxima *p, const struct landscape *l, struct found *f, double least)
{
    if (!(f->prominence > least) || f->prominence < p->prominence)
        return false;
    return isnan(p->significance) || f->prominence >= p->significance * points_sigma(l->points, f->weight);
}

static frit_status weigh(frit_call *c, const struct landscape *l, size_t k, struct found *f)
{
    const struct extremum *left = lowest(l, k, -1), *right = lowest(l, k, 1);
    const size_t n = l->points->n;
    *f = (struct found){&l->place[k].e, 0, NULL};
    if (!left || !right)    /* the end beside it is higher */
        return FRIT_OK;
    const struct extremum *dip = left->value > right->value ? left : right;
    f->prominence = f->top->value - dip->value;
    f->weight = c->host->scratch(c, n, sizeof *f->weight);
    for (size_t j = 0; f->weight && j < n; j++)
        f->weight[j] = f->top->value_weight[j] - dip->value_weight[j];
    return f->weight ? FRIT_OK : FRIT_ENOMEM;
}

static double largest(const struct metric_points *s)
{
    double y = 0;
    for (size_t j = 0; j < s->n; j++)
        y = fmax(y, fabs(s->y[j]));
    return y;
}

static frit_status choose(frit_call *c, const struct landscape *l, struct found *list, size_t *n)
{
    const double least = ROUNDING * largest(l->points);
    *n = 0;
    for (size_t k = 0; k < l->n; k++) {
        if (l->place[k].kind != MAXIMUM)
            continue;
        const frit_status status = weigh(c, l, k, &list[*n]);
        if (status != FRIT_OK)
            return status;
        *n += judge(c->params, l, &list[*n], least);
    }
    return FRIT_OK;
}

/* ---- What comes out ---- */

static frit_status put_count(frit_call *c, size_t n)
{
    if (!c->host->wanted(c, OUT_COUNT))
        return FRIT_OK;
    frit_buffer *out = c->host->output(c, OUT_COUNT, FRIT_F64, 0, NULL, 0);
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = (double)n;
    return FRIT_OK;
}

static frit_status put_list(frit_call *c, uint32_t port, const struct landscape *l, const struct found *list,
                            size_t n)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *out =
        c->host->output(c, port, FRIT_F64, 1, &n, points_have_sigma(l->points) ? FRIT_WANT_SIGMA : 0);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t k = 0; k < n; k++) {
        const struct found *f = &list[k];
        const double *weight = port == OUT_POSITIONS ? f->top->at_weight
                               : port == OUT_HEIGHTS ? f->top->value_weight
                                                     : f->weight;
        out->axis[0][k] = (double)(k + 1);
        out->value[k] = port == OUT_POSITIONS ? f->top->at
                        : port == OUT_HEIGHTS ? f->top->value
                                              : f->prominence;
        if (out->sigma)
            out->sigma[k] = points_sigma(l->points, weight);
    }
    if (port == OUT_POSITIONS)
        c->host->set_unit(c, port, -1, NULL, *l->points->x_unit ? l->points->x_unit : "1");
    return FRIT_OK;
}

static frit_status put(frit_call *c, const struct landscape *l, const struct found *list, size_t n)
{
    frit_status status = put_count(c, n);
    for (uint32_t port = OUT_POSITIONS; port <= OUT_PROMINENCES && status == FRIT_OK; port++)
        status = put_list(c, port, l, list, n);
    return status;
}

/* The range of the parameters, or that of the curve; and how far local fits see. */
static frit_status find_range(frit_call *c, struct landscape *l)
{
    const struct maxima *p = c->params;
    const struct metric_points *s = l->points;
    l->a = isnan(p->range.from) && s->n ? s->x[0] : p->range.from;
    l->b = isnan(p->range.to) && s->n ? s->x[s->n - 1] : p->range.to;
    const frit_status status = points_cover(c, s, l->a, l->b, "the range");
    if (status != FRIT_OK)
        return status;
    size_t inside = 0;
    for (size_t j = 0; j < s->n; j++)
        inside += s->x[j] >= l->a && s->x[j] <= l->b;
    const double width = l->b - l->a, apart = width / (double)(inside > 1 ? inside - 1 : 1);
    l->range = isnan(p->fit_range) ? fmax(width / 100, 6 * apart) : p->fit_range;
    if (l->range < width / 1e5)
        return c->host->fail(c, FRIT_EPARAM,
                             "fit_range, %g %s, is less than a 100000th of the range from %g to %g", l->range,
                             s->x_unit, l->a, l->b);
    return FRIT_OK;
}

frit_status maxima_run(frit_call *c)
{
    const struct maxima *p = c->params;
    struct metric_points s;
    struct landscape l = {.points = &s};
    frit_status status = points_read(c, IN_CURVE, IN_COVARIANCE, "the curve", &s);
    if (status == FRIT_OK)
        status = find_range(c, &l);
    if (status != FRIT_OK)
        return status;
    if (!isnan(p->significance) && !points_have_sigma(&s))
        return c->host->fail(c, FRIT_EDATA,
                             "this curve has no uncertainties, which significance = %g asks for: give "
                             "prominence, in the curve's unit",
                             p->significance);
    status = survey(c, &l);
    if (status != FRIT_OK)
        return status;
    size_t n;
    struct found *list = c->host->scratch(c, l.n, sizeof *list);
    if (!list)
        return FRIT_ENOMEM;
    status = choose(c, &l, list, &n);
    return status == FRIT_OK ? put(c, &l, list, n) : status;
}
