/* The temperature at which a curve bends: two straight lines that meet, with a bootstrap interval; beside
 * it where a spline's slope changes its sign, and where the curve leaves the line of the low temperatures.
 *
 * V. M. R. Muggeo, Stat. Med. 22 (2003) 3055, doi:10.1002/sim.1545, and the references in kink.c,
 * kink_bootstrap.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kink_bootstrap.h"
#include "line.h"
#include "trends.h"
#include "turning.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

enum { TEMPERATURE, LOWER, UPPER, USABLE, FIT, SLOPE_BELOW, SLOPE_ABOVE, TURNING_POINT, DEPARTURE };

const frit_port transition_inputs[] = {
    {.name = "curve", .ndim = 1, .unit = "*", .axis_name = {"T"}, .axis_unit = {"K"},
     .doc = "a curve against temperature, or a series of numbers along it"},
    {0}};

const frit_port transition_outputs[] = {
    {.name = "temperature", .unit = "K",
     .doc = "T_r, where the two lines meet; masked where there is no usable kink"},
    {.name = "lower", .unit = "K", .doc = "lower end of its interval"},
    {.name = "upper", .unit = "K", .doc = "upper end of its interval"},
    {.name = "usable", .unit = "1", .doc = "1 where there is a usable kink, else 0"},
    {.name = "fit", .ndim = 1, .axis_name = {"@curve.0"}, .axis_unit = {"@curve.0"}, .unit = "@curve",
     .doc = "the two lines, or the one where there is no usable kink; masked outside of the range"},
    {.name = "slope_below", .unit = "*", .doc = "slope below T_r"},
    {.name = "slope_above", .unit = "*", .doc = "slope above T_r"},
    {.name = "turning_point", .unit = "K",
     .doc = "where the slope of a spline through the points changes its sign; masked where it does not"},
    {.name = "departure", .unit = "K",
     .doc = "where the curve leaves the line of the low temperatures for good; masked where it does not"},
    {0}};

#define P struct transition
const frit_param transition_params[] = {
    FRIT_F64(P, tg, "K", NAN, 0, 1e5, FRIT_PARAM_SAMPLE, "glass transition: says where range and break end"),
    FRIT_F64(P, from, "K", 320, 0, 1e5, 0, "lowest temperature of the fit"),
    FRIT_F64(P, to, "K", NAN, 0, 1e5, 0, "highest temperature of the fit; not given: tg - 6 K"),
    FRIT_F64(P, break_from, "K", 400, 0, 1e5, 0, "lowest temperature of the break"),
    FRIT_F64(P, break_to, "K", NAN, 0, 1e5, 0, "highest temperature of the break; not given: tg - 20 K"),
    FRIT_I64(P, replicas, 400, 99, 1000000, 0, "of the bootstrap"),
    FRIT_I64(P, seed, 1, 0, 4294967295, 0, "of the bootstrap's random signs"),
    FRIT_F64(P, confidence, "1", 0.95, 0.5, 0.999, 0, "of the interval"),
    FRIT_F64(P, contrast, "1", 5, 0, 1000, 0,
             "the slope changes at a usable kink by at least as many of its standard uncertainties"),
    FRIT_F64(P, widest, "K", 40, 0, 1e5, 0, "the interval of a usable kink is at most as wide"),
    FRIT_RANGE(P, low, "K", "300 380", 0, 1e5, 0,
               "temperatures of the line that the departure is measured from"),
    FRIT_F64(P, threshold, "1", 3, 0, 100, 0, "of the departure, in standard uncertainties"),
    FRIT_I64(P, consecutive, 5, 1, 1000, 0, "how many points in a row depart"),
    POINTS_PARAMS(P),
    {0}};

struct work {
    struct points points;
    double to, break_to; /* as given, or from tg */
    struct kink kink;
    pspline *spline;
    struct kink_bootstrap bootstrap;
    double parabola;  /* weighted sum of squares */
    char reason[240]; /* "": a usable kink */
};

static double end_of_fit(const struct transition *p)
{
    return isnan(p->to) ? p->tg - 6 : p->to;
}

static double end_of_break(const struct transition *p)
{
    return isnan(p->break_to) ? p->tg - 20 : p->break_to;
}

frit_status transition_check(frit_call *c)
{
    const struct transition *p = c->params;
    double to = end_of_fit(p), break_to = end_of_break(p);
    if (isnan(to) || isnan(break_to))
        return c->host->fail(c, FRIT_EPARAM,
                             "the range ends below the glass transition: give tg, or to and break_to");
    if (!(p->from <= p->break_from && p->break_from < break_to && break_to <= to))
        return c->host->fail(
            c, FRIT_EPARAM,
            "the break between break_from = %g and break_to = %g K has to lie within from = %g to "
            "to = %g K",
            p->break_from, break_to, p->from, to);
    if ((1 - p->confidence) * (double)p->replicas < 4)
        return c->host->fail(
            c, FRIT_EPARAM,
            "%lld replicas leave less than two beyond either end of an interval of confidence %g: "
            "give %.0f or more",
            (long long)p->replicas, p->confidence, ceil(4 / (1 - p->confidence)));
    return FRIT_OK;
}

/* ---- The kink ---- */

/* Weighted sum of squares around a parabola: that of the line, less what the part of (x - mean)^2 takes
 * that is neither a constant nor a slope. */
static double parabola(const struct points *p, double mean, double line)
{
    double w = 0, xx = 0, xxx = 0, by_square = 0, square = 0;
    for (size_t i = 0; i < p->n; i++) {
        double x = p->x[i] - mean;
        w += p->w[i];
        xx += p->w[i] * x * x;
        xxx += p->w[i] * x * x * x;
    }
    for (size_t i = 0; i < p->n; i++) {
        double x = p->x[i] - mean, bend = x * x - xxx / xx * x - xx / w;
        by_square += p->w[i] * bend * (p->y[i] - p->y[0]);
        square += p->w[i] * bend * bend;
    }
    return square > 0 ? fmax(line - by_square * by_square / square, 0) : line;
}

static bool go_on(void *of, double fraction)
{
    frit_call *c = of;
    return c->host->progress(c, fraction);
}

static frit_status find_spline(frit_call *c, struct work *k)
{
    const struct points *p = &k->points;
    struct pspline_shape shape = {p->x[0], p->x[p->n - 1], pspline_segments(p->n), 3, 2};
    k->spline = pspline_new(&shape, p->n, p->x, p->w);
    if (!k->spline)
        return c->host->fail(c, FRIT_ENUMERIC,
                             "the weights of the points differ too much for a spline: give "
                             "weights = \"equal\"");
    pspline_fit(k->spline, p->y, NAN);
    return FRIT_OK;
}

static frit_status find_interval(frit_call *c, kink_points *points, struct work *k)
{
    const struct transition *p = c->params;
    double *smooth = c->host->scratch(c, k->points.n, sizeof *smooth);
    if (!smooth)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < k->points.n; i++)
        smooth[i] = pspline_at(k->spline, k->points.x[i], 0, NULL);
    k->bootstrap = (struct kink_bootstrap){.replicas = (size_t)p->replicas,
                                           .seed = (uint64_t)p->seed,
                                           .confidence = p->confidence,
                                           .lo = p->break_from,
                                           .hi = k->break_to,
                                           .smooth = smooth,
                                           .freedom = pspline_outcome(k->spline).freedom,
                                           .go_on = go_on,
                                           .of = c};
    int failed = kink_bootstrap(points, k->points.n, k->points.y, &k->kink, &k->bootstrap);
    return failed == 0 ? FRIT_OK : failed == 1 ? FRIT_ECANCELLED : FRIT_ENOMEM;
}

/* The sums of squares of an exactly straight line are rounding. */
static bool is_straight(const struct work *k)
{
    double most = 0, weight = 0;
    for (size_t i = 0; i < k->points.n; i++) {
        most = fmax(most, fabs(k->points.y[i]));
        weight += k->points.w[i];
    }
    return k->kink.line <= weight * pow(64 * DBL_EPSILON * most, 2);
}

static void judge(const struct transition *p, struct work *k)
{
    const struct kink_bootstrap *b = &k->bootstrap;
    double n = (double)k->points.n, at = k->kink.at, contrast = kink_contrast(&k->kink, k->points.n);
    if (is_straight(k) || contrast < p->contrast)
        snprintf(k->reason, sizeof k->reason,
                 "the slope changes at %.1f K by %.2g of its standard uncertainties, and %g are asked for: "
                 "it is no more than noise",
                 at, is_straight(k) ? 0 : contrast, p->contrast);
    else if (k->kink.residual / (n - 4) > k->parabola / (n - 3))
        snprintf(k->reason, sizeof k->reason,
                 "a parabola fits better than two lines that meet at %.1f K: the curve bends evenly", at);
    else if (at - p->break_from < 1e-6 || k->break_to - at < 1e-6)
        snprintf(k->reason, sizeof k->reason, "the best break lies at an end of its range, at %.1f K", at);
    else if (b->to - b->from > p->widest)
        snprintf(k->reason, sizeof k->reason,
                 "the interval of the break at %.1f K, %.1f to %.1f K, is wider than %.3g K", at, b->from,
                 b->to, p->widest);
}

static frit_status too_few(frit_call *c, const frit_view *v, const struct work *k)
{
    const struct transition *p = c->params;
    return c->host->fail(
        c, FRIT_EDATA,
        "two lines that meet have 4 parameters and need 5 points between from = %g and to = %g K, "
        "and this is %s; %s",
        p->from, k->to, points_describe(c, v, &k->points), points_extent(c, v));
}

static frit_status find_kink(frit_call *c, const frit_view *v, struct work *k)
{
    const struct transition *p = c->params;
    frit_status status = points_collect(c, v, p->from, k->to, p->weights, p->repeats, &k->points);
    if (status != FRIT_OK)
        return status;
    if (k->points.n < 5)
        return too_few(c, v, k);
    kink_points *points = kink_points_new(k->points.n, k->points.x, k->points.w, p->break_from, k->break_to);
    if (!points)
        return FRIT_ENOMEM;
    if (!kink_fit(points, k->points.y, &k->kink))
        status = c->host->fail(c, FRIT_EDATA,
                               "a break between %g and %g K has not two points to either side: there is %s",
                               p->break_from, k->break_to, points_describe(c, v, &k->points));
    if (status == FRIT_OK)
        status = find_spline(c, k);
    if (status == FRIT_OK)
        status = find_interval(c, points, k);
    if (status == FRIT_OK) {
        k->parabola = parabola(&k->points, kink_points_mean(points), k->kink.line);
        judge(p, k);
    }
    kink_points_free(points);
    return status;
}

/* ---- Outputs ---- */

static void tell(frit_call *c, uint32_t port, const struct work *k)
{
    const struct transition *p = c->params;
    double n = (double)k->points.n, contrast = kink_contrast(&k->kink, k->points.n);
    if (*k->reason)
        c->host->set_text_attribute(c, port, "reason", k->reason);
    c->host->set_attribute(c, port, "found", "K", k->kink.at);
    c->host->set_attribute(c, port, "points", "1", n);
    c->host->set_attribute(c, port, "confidence", "1", p->confidence);
    if (isfinite(contrast))
        c->host->set_attribute(c, port, "contrast", "1", contrast);
    if (k->kink.residual > 0)
        c->host->set_attribute(c, port, "parabola", "1",
                               k->parabola / (n - 3) / (k->kink.residual / (n - 4)));
}

/* A number; masked where there is a reason against it, sigma NaN: none. */
static frit_status put_number(frit_call *c, uint32_t port, double value, double sigma, const char *reason)
{
    frit_buffer *out =
        c->host->output(c, port, FRIT_F64, 0, NULL, FRIT_WANT_MASK | (isnan(sigma) ? 0 : FRIT_WANT_SIGMA));
    if (!out)
        return FRIT_ENOMEM;
    out->mask[0] = *reason != '\0';
    out->value[0] = *reason ? 0 : value;
    if (out->sigma)
        out->sigma[0] = *reason ? 0 : sigma;
    return FRIT_OK;
}

static frit_status put_kink(frit_call *c, const frit_view *v, const struct work *k)
{
    const struct kink_bootstrap *b = &k->bootstrap;
    const struct {
        uint32_t port;
        double value, sigma;
        bool slope;
    } rows[] = {{TEMPERATURE, k->kink.at, b->sigma, false},
                {LOWER, b->from, NAN, false},
                {UPPER, b->to, NAN, false},
                {SLOPE_BELOW, k->kink.below, b->below, true},
                {SLOPE_ABOVE, k->kink.above, b->above, true}};
    const char *unit = points_slope_unit(c, v);
    if (!unit)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!c->host->wanted(c, rows[i].port))
            continue;
        frit_status status = put_number(c, rows[i].port, rows[i].value, rows[i].sigma, k->reason);
        if (status != FRIT_OK)
            return status;
        if (rows[i].slope)
            c->host->set_unit(c, rows[i].port, -1, NULL, unit);
        tell(c, rows[i].port, k);
    }
    if (!c->host->wanted(c, USABLE))
        return FRIT_OK;
    frit_status status = put_number(c, USABLE, *k->reason ? 0 : 1, NAN, "");
    if (status == FRIT_OK)
        tell(c, USABLE, k);
    return status;
}

static frit_status put_fit(frit_call *c, const frit_view *v, const struct work *k)
{
    const struct transition *p = c->params;
    struct line line;
    frit_buffer *out = c->host->output(c, FIT, FRIT_F64, 1, v->shape, FRIT_WANT_MASK);
    if (!out)
        return FRIT_ENOMEM;
    bool straight = *k->reason && line_fit(&k->points, p->from, &line);
    for (size_t i = 0; i < v->shape[0]; i++) {
        double x = v->axis[0][i];
        out->axis[0][i] = x;
        out->mask[i] = !(x >= p->from && x <= k->to);
        if (!out->mask[i])
            out->value[i] = straight ? line_at(&line, x) : kink_value(&k->kink, x);
    }
    tell(c, FIT, k);
    return FRIT_OK;
}

static frit_status put_turning(frit_call *c, const struct work *k)
{
    const struct points *p = &k->points;
    struct turning t = turning_find(k->spline, p->x[0], p->x[p->n - 1], 1.96);
    char reason[120] = "";
    if (t.count == 0)
        snprintf(reason, sizeof reason,
                 "the slope of the spline does not change its sign between %g and %g K", p->x[0],
                 p->x[p->n - 1]);
    frit_status status = put_number(c, TURNING_POINT, t.at, isfinite(t.sigma) ? t.sigma : NAN, reason);
    if (status != FRIT_OK)
        return status;
    if (t.count == 0)
        c->host->set_text_attribute(c, TURNING_POINT, "reason", reason);
    c->host->set_attribute(c, TURNING_POINT, "count", "1", t.count);
    return FRIT_OK;
}

/* ---- The departure ---- */

/* +1, -1: the point lies that much above, below the line; 0: on it. */
static int side(const struct transition *p, const struct points *points, size_t i, const struct line *line)
{
    double own = points->sigma ? points->sigma[i] * points->sigma[i] : line->scatter / points->w[i];
    double distance = points->y[i] - line_at(line, points->x[i]);
    double room = p->threshold * sqrt(own + line_variance(line, points->x[i]));
    return (distance > room) - (distance < -room);
}

static frit_status put_departure(frit_call *c, const frit_view *v, const struct work *k)
{
    const struct transition *p = c->params;
    struct points low, all;
    struct line line;
    char reason[160] = "";
    double at = 0;
    frit_status status = points_collect(c, v, p->low.from, p->low.to, p->weights, p->repeats, &low);
    if (status == FRIT_OK)
        status = points_collect(c, v, p->low.to, k->to, p->weights, p->repeats, &all);
    if (status != FRIT_OK)
        return status;
    if (!line_fit(&low, (p->low.from + p->low.to) / 2, &line)) {
        snprintf(reason, sizeof reason, "there is no straight line between low = %g and %g K: too few points",
                 p->low.from, p->low.to);
    } else {
        int64_t run = 0, last = 0;
        size_t i = 0;
        for (; i < all.n && run < p->consecutive; i++) {
            int here = side(p, &all, i, &line);
            run = here == 0 ? 0 : here == last ? run + 1 : 1;
            last = here;
        }
        if (run >= p->consecutive)
            at = all.x[i - (size_t)p->consecutive];
        else
            snprintf(reason, sizeof reason, "the curve stays on the line of the low temperatures up to %g K",
                     k->to);
    }
    status = put_number(c, DEPARTURE, at, NAN, reason);
    if (status == FRIT_OK && *reason)
        c->host->set_text_attribute(c, DEPARTURE, "reason", reason);
    return status;
}

frit_status transition_run(frit_call *c)
{
    const struct transition *p = c->params;
    const frit_view *v = c->host->input(c, 0, 0);
    struct work k = {.to = end_of_fit(p), .break_to = end_of_break(p)};
    if (!v)
        return FRIT_EIO;
    frit_status status = find_kink(c, v, &k);
    if (status == FRIT_OK && *k.reason)
        c->host->log(c, FRIT_INFO, "no usable kink in %s: %s", v->quantity ? v->quantity : "the curve", k.reason);
    if (status == FRIT_OK)
        status = put_kink(c, v, &k);
    if (status == FRIT_OK && c->host->wanted(c, FIT))
        status = put_fit(c, v, &k);
    if (status == FRIT_OK && c->host->wanted(c, TURNING_POINT))
        status = put_turning(c, &k);
    if (status == FRIT_OK && c->host->wanted(c, DEPARTURE))
        status = put_departure(c, v, &k);
    pspline_free(k.spline);
    return status;
}
