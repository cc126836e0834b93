/* drift: the creeping of the instrument with temperature, measured while the load is low, taken out of the
 * depth.
 *
 * ISO 14577-1:2015, 7.5; W. C. Oliver & G. M. Pharr, J. Mater. Res. 7 (1992) 1564.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>

#include "indentation.h"
#include "record.h"

const frit_port drift_inputs[] = {RECORD_INPUTS, RECORD_STIFFNESS_INPUT, {0}};

enum { OUT_RATE = 4, OUT_LINE };
const frit_port drift_outputs[] = {
    {.name = "load", .unit = "mN", CURVE_OVER_TIME, .doc = "as it came"},
    {.name = "depth", .unit = "nm", CURVE_OVER_TIME, .doc = "without the drift"},
    {.name = "segment", .unit = "1", CURVE_OVER_TIME, .doc = "as it came, or as found from the load"},
    {.name = "stiffness", .unit = "N/m", CURVE_OVER_TIME, .doc = "as it came; masked where none came"},
    {.name = "rate",
     .unit = "nm/s",
     .doc = "positive: the depth grows without a load growing; sigma from the line's scatter"},
    {.name = "line",
     .unit = "nm",
     CURVE_OVER_TIME,
     .doc = "the line through the hold, for drawing over the depth that came in"},
    {0}};

#define PARAMS struct drift
const frit_param drift_params[] = {
    FRIT_F64(PARAMS, rate, "nm/s", NAN, -1000, 1000, 0,
             "where it is known otherwise; not given: from the hold at low load"),
    FRIT_F64(PARAMS, use, "1", 0.8, 0.05, 1, 0,
             "of the hold, how much is used: the end of it, when the sample has come to rest"),
    FRIT_RANGE(PARAMS, times, "s", NULL, -1e9, 1e9, 0,
               "from when to when, instead of the hold that `segment` shows"),
    {0}};

const char drift_doc[] =
    "    h - rate (t - t_s)\n"
    "\n"
    "with t_s the time of the first point of the loading.  The rate is the slope of the "
    "depth over time, by least squares, in the last "
    "hold at low load (segment 3), of which the first fifth is left out; sigma is the "
    "slope's, from the scatter about the line.  The "
    "load must stand still meanwhile: the hold at the peak creeps and is of no use.\n\n"
    "An error where there is no such hold and no `rate`, where the hold is at less than 1 "
    "% of the highest load (the tip may be off the surface), and where the file's program "
    "has taken the drift out already "
    "(attribute `drift_correction`).";

static bool find_hold(const struct record *r, const PARAMS *p, size_t *from, size_t *to)
{
    *from = *to = 0;
    if (!isnan(p->times.from)) {
        while (*from < r->n && r->t[*from] < p->times.from)
            ++*from;
        for (*to = *from; *to < r->n && r->t[*to] <= p->times.to; ++*to)
            ;
        return *to > *from;
    }
    for (*to = r->n; *to > 0 && r->phase[*to - 1] != PHASE_LOW_HOLD; --*to)
        ;
    for (*from = *to; *from > 0 && r->phase[*from - 1] == PHASE_LOW_HOLD; --*from)
        ;
    if (*to == 0)
        return false;
    const double begin = r->t[*to - 1] - p->use * (r->t[*to - 1] - r->t[*from]);
    while (*from + 1 < *to && r->t[*from] < begin)
        ++*from;
    return true;
}

struct line {
    double rate, sigma, t0, h0;
};

static bool fit_line(const struct record *r, size_t from, size_t to, struct line *l)
{
    const double n = (double)(to - from);
    double tt = 0, th = 0, rest = 0;
    *l = (struct line){0};
    for (size_t i = from; i < to; i++) {
        l->t0 += r->t[i] / n;
        l->h0 += r->h[i] / n;
    }
    for (size_t i = from; i < to; i++) {
        tt += (r->t[i] - l->t0) * (r->t[i] - l->t0);
        th += (r->t[i] - l->t0) * (r->h[i] - l->h0);
    }
    if (to < from + 3 || !(tt > 0))
        return false;
    l->rate = th / tt;
    for (size_t i = from; i < to; i++)
        rest += pow(r->h[i] - l->h0 - l->rate * (r->t[i] - l->t0), 2);
    l->sigma = sqrt(rest / (n - 2) / tt);
    return true;
}

/* A part of the peak load: with less the tip may be off the surface. */
#define LEAST_LOAD 0.01

static frit_status no_hold(frit_call *c, double load, double highest)
{
    double told;
    char off[120] = "", file[80] = "";
    if (!isnan(load))
        snprintf(off, sizeof off, " (the one found is at %.3g of %.4g mN: the tip may be off the surface)",
                 load, highest);
    if (c->host->attribute(c, IN_LOAD, "drift_rate", "nm/s", &told))
        snprintf(file, sizeof file, "; the file tells of %.4g nm/s", told);
    return record_fail(c, FRIT_EDATA,
                       "there is no hold at low load to measure the drift by%s: say rate = ..., or times = "
                       "{from, to}%s",
                       off, file);
}

static frit_status check_contact(frit_call *c, const struct record *r, size_t from, size_t to)
{
    double highest = 0, mean = 0;
    for (size_t i = 0; i < r->n; i++)
        highest = fmax(highest, r->P[i]);
    for (size_t i = from; i < to; i++)
        mean += r->P[i] / (double)(to - from);
    return mean < LEAST_LOAD * highest ? no_hold(c, mean, highest) : FRIT_OK;
}

static frit_status find_rate(frit_call *c, const struct record *r, struct line *l, size_t *from, size_t *to)
{
    const PARAMS *p = c->params;
    *l = (struct line){.rate = p->rate, .sigma = NAN};
    *from = *to = 0;
    if (!isnan(p->rate))
        return FRIT_OK;
    if (!find_hold(r, p, from, to))
        return no_hold(c, NAN, NAN);
    frit_status status = isnan(p->times.from) ? check_contact(c, r, *from, *to) : FRIT_OK;
    if (status != FRIT_OK)
        return status;
    if (!fit_line(r, *from, *to, l))
        return record_fail(c, FRIT_EDATA,
                           "the hold at low load has %zu points: a slope needs at least 3 at different times",
                           *to - *from);
    if (isfinite(l->sigma) && fabs(l->rate) > 1)
        record_warn(c, "the drift is %.3g nm/s: more than 0.1 nm/s is unusual, and 1 nm/s no drift", l->rate);
    return FRIT_OK;
}

static frit_status put_line(frit_call *c, const struct record *r, const struct line *l, size_t from,
                            size_t to)
{
    const size_t n = to - from;
    double *h = c->host->scratch(c, n + 1, sizeof *h);
    if (!h)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++)
        h[i] = l->h0 + l->rate * (r->t[from + i] - l->t0);
    return write_curve(c, OUT_LINE, n, r->t + from, h, NULL);
}

frit_status drift_run(frit_call *c)
{
    struct record r;
    struct line l;
    size_t from, to;
    frit_status status = record_once(c, "drift_correction", "the drift");
    if (status == FRIT_OK)
        status = record_read(c, &r, true, 1);
    if (status == FRIT_OK)
        status = find_rate(c, &r, &l, &from, &to);
    if (status == FRIT_OK)
        status = put_line(c, &r, &l, from, to);
    if (status != FRIT_OK)
        return status;
    size_t first = 0;
    while (first + 1 < r.n && r.phase[first] < PHASE_LOAD)
        first++;
    for (size_t i = r.n; i-- > 0;)
        r.h[i] -= l.rate * (r.t[i] - r.t[first]);
    const double *values[] = {r.P, r.h, r.phase, r.S};
    for (uint32_t port = 0; port < 4 && status == FRIT_OK; port++) {
        status = record_write(c, port, &r, values[port], 0);
        if (status == FRIT_OK && c->host->wanted(c, port))
            c->host->set_text_attribute(c, port, "drift_correction", "drift");
    }
    return status == FRIT_OK ? write_number(c, OUT_RATE, l.rate, l.sigma) : status;
}
