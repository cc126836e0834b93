/* align_isotherms: a run straightened through the levels of its isothermal parts.
 *
 * Where the temperature is held, nothing is heated: the signal there is the instrument's own.  It is taken
 * off along a straight line in time between one hold and the next; ASTM E1269, ISO 11357-4.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"

#include <math.h>

const frit_port align_isotherms_inputs[] = {RUN_PORTS, {0}};
enum { OUT_FLOW, OUT_TEMPERATURE, OUT_BASELINE, OUT_LEVELS };
const frit_port align_isotherms_outputs[] = {
    {.name = "heat_flow",
     .unit = "@heat_flow",
     .ndim = 1,
     .axis_name = {"t"},
     .axis_unit = {"s"},
     .doc =
         "less the line through the levels; sigma: the scatter of a point in the holds, and the levels' own"},
    {.name = "temperature",
     .unit = "K",
     .ndim = 1,
     .axis_name = {"t"},
     .axis_unit = {"s"},
     .doc = "as it came"},
    {.name = "baseline",
     .unit = "@heat_flow",
     .ndim = 1,
     .axis_name = {"t"},
     .axis_unit = {"s"},
     .doc = "what was taken off"},
    {.name = "levels",
     .unit = "@heat_flow",
     .ndim = 1,
     .axis_name = {"t"},
     .axis_unit = {"s"},
     .doc = "the level of each hold, at its end"},
    {0}};

#define P struct align_isotherms
const frit_param align_isotherms_params[] = {SEGMENT_PARAMS(P), {0}};

const char align_isotherms_doc[] = "    b(t) = L_i + (L_(i+1) - L_i) (t - t_i)/(t_(i+1) - t_i)   from the "
                                   "end of hold i to the start of hold i + 1\n"
                                   "    Q -> Q - b\n"
                                   "\n"
                                   "L_i is the mean of the signal over the last `settled` of hold i; in a "
                                   "hold, before the first and behind the last the line is level. The parts "
                                   "of the program are found as `select_segment` finds them. At least two "
                                   "holds are needed: without them nothing tells where zero is, and the "
                                   "step fails.\n"
                                   "\n"
                                   "sigma of a point is the scatter about a straight line in the settled "
                                   "holds, pooled over them (correlations of neighbouring points are not in "
                                   "it), and the uncertainty of the line. The attribute "
                                   "`isothermal_alignment` holds the number of holds.";

struct hold {
    double from, to;
    struct level level;
};

static double baseline_at(const struct hold *h, int n, double t, double *variance)
{
    int i = 0;
    while (i < n && h[i].to < t)
        i++;
    if (i == n)
        i = n - 1;
    if (i == 0 || t >= h[i].from) {
        *variance = h[i].level.sigma * h[i].level.sigma;
        return h[i].level.mean;
    }
    double u = (t - h[i - 1].to) / (h[i].from - h[i - 1].to), a = h[i - 1].level.sigma, b = h[i].level.sigma;
    *variance = (1 - u) * (1 - u) * a * a + u * u * b * b;
    return (1 - u) * h[i - 1].level.mean + u * h[i].level.mean;
}

static frit_status find_holds(frit_call *c, const struct calorimeter_run *r, struct hold *h, int *n)
{
    const P *p = c->params;
    struct segments s;
    char list[4000];
    frit_status status = find_segments(c, r, RULES(p), &s);
    *n = 0;
    for (int i = 0; status == FRIT_OK && i < s.n; i++) {
        if (s.part[i].kind != SEGMENT_ISOTHERMAL)
            continue;
        struct level l = segment_level(&s.part[i], r->t, r->flow, r->usable, p->settled);
        if (isfinite(l.mean))
            h[(*n)++] = (struct hold){s.part[i].t0, s.part[i].t1, l};
    }
    if (status == FRIT_OK && *n < 2)
        return c->host->fail(c, FRIT_EDATA,
                             "%s: the program has %s; hold the temperature for some minutes before and "
                             "after "
                             "each scan, or use the curve without alignment",
                             *n ? "there is one isothermal part alone, two are needed"
                                : "there is no isothermal part to align by",
                             segments_list(&s, list, sizeof list));
    return status;
}

static frit_buffer *curve_output(frit_call *c, uint32_t port, const struct calorimeter_run *r, uint32_t want)
{
    frit_buffer *b = c->host->output(c, port, FRIT_F64, 1, &r->n, want);
    for (size_t i = 0; b && i < r->n; i++)
        b->axis[0][i] = r->t[i];
    return b;
}

static frit_status fill(frit_call *c, const struct calorimeter_run *r, const struct hold *h, int n)
{
    double squares = 0, points = 0;
    for (int i = 0; i < n; i++) {
        squares += h[i].level.noise * h[i].level.noise * (double)(h[i].level.n - 2);
        points += (double)(h[i].level.n - 2);
    }
    frit_buffer *flow = curve_output(c, OUT_FLOW, r, FRIT_WANT_MASK | FRIT_WANT_SIGMA);
    frit_buffer *temperature = curve_output(c, OUT_TEMPERATURE, r, 0);
    frit_buffer *line = curve_output(c, OUT_BASELINE, r, FRIT_WANT_SIGMA);
    if (!flow || !temperature || !line)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < r->n; i++) {
        double variance, b = baseline_at(h, n, r->t[i], &variance);
        temperature->value[i] = r->T[i];
        line->value[i] = b;
        line->sigma[i] = sqrt(variance);
        flow->mask[i] = r->usable[i] == 0;
        if (flow->mask[i])
            continue;
        flow->value[i] = r->flow[i] - b;
        flow->sigma[i] = sqrt(squares / points + variance);
    }
    return FRIT_OK;
}

frit_status align_isotherms_run(frit_call *c)
{
    struct calorimeter_run r;
    struct hold h[SEGMENTS_MAX];
    int n = 0;
    frit_status status = take_run(c, 0, &r);
    if (status == FRIT_OK)
        status = find_holds(c, &r, h, &n);
    if (status == FRIT_OK)
        status = fill(c, &r, h, n);
    size_t count = (size_t)n;
    frit_buffer *levels =
        status == FRIT_OK ? c->host->output(c, OUT_LEVELS, FRIT_F64, 1, &count, FRIT_WANT_SIGMA) : NULL;
    if (status != FRIT_OK || !levels)
        return status != FRIT_OK ? status : FRIT_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        levels->axis[0][i] = h[i].to;
        levels->value[i] = h[i].level.mean;
        levels->sigma[i] = h[i].level.sigma;
    }
    for (uint32_t port = OUT_FLOW; port <= OUT_LEVELS; port++)
        c->host->set_attribute(c, port, "isothermal_alignment", "1", n);
    return FRIT_OK;
}
