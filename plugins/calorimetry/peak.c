/* crystallisation and melting: a peak by its onset, top, end and area.
 *
 * The onset is where the tangent to the leading edge (a least-squares line through its steepest stretch)
 * crosses the line before the peak; ISO 11357-3, ISO 11357-5.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"
#include "under_peak.h"

#include <math.h>

#define P struct thermal_peak

/* ---- Ports and parameters ---- */

enum { OUT_ONSET, OUT_PEAK, OUT_END, OUT_ENTHALPY, OUT_MOLAR, OUT_LINE, OUT_TANGENT, OUT_BASELINE, OUT_MARK };
#define TEMPERATURE(name_, doc_)                                                                             \
    {                                                                                                        \
        .name = name_, .unit = "K", .ndim = 0, .doc = doc_                                                   \
    }
#define LINE(name_, doc_)                                                                                    \
    {                                                                                                        \
        .name = name_, .unit = "@curve", .ndim = 1, .axis_name = {"T"}, .axis_unit = {"K"}, .doc = doc_      \
    }
#define OUTPUTS(enthalpy_, molar_)                                                                           \
    TEMPERATURE("onset", "where the tangent to the leading edge crosses the line before the peak"),          \
        TEMPERATURE("peak", "top: that of a parabola through the points within one length of the tangent"),  \
        TEMPERATURE("end", "where the tangent to the trailing edge crosses the baseline"),                   \
        {.name = "enthalpy", .unit = "J/g", .ndim = 0, .doc = enthalpy_},                                    \
        {.name = "molar_enthalpy", .unit = "kJ/mol", .ndim = 0, .doc = molar_},                              \
        LINE("line", "the line before the peak, up to the onset"),                                           \
        LINE("tangent", "from the onset to the level of the top"),                                           \
        LINE("baseline", "under the peak, from limit to limit"),                                             \
        LINE("onset_mark", "an upright stroke at the onset, for a figure"),                                  \
    {                                                                                                        \
        0                                                                                                    \
    }

const frit_port crystallisation_inputs[] = {
    {.name = "curve",
     .unit = "J/(g K)",
     .ndim = 1,
     .axis_name = {"T"},
     .axis_unit = {"K"},
     .doc = "specific heat on heating, endothermic positive: the exotherm points downwards"},
    {0}};
const frit_port crystallisation_outputs[] = {
    OUTPUTS("heat released between the limits: positive for the exotherm",
            "the same per mole of atoms; needs the composition")};

const frit_port melting_inputs[] = {
    {.name = "curve",
     .unit = "mW",
     .ndim = 1,
     .axis_name = {"T"},
     .axis_unit = {"K"},
     .doc = "heat flow on heating, endothermic positive: melting points upwards"},
    {0}};
const frit_port melting_outputs[] = {OUTPUTS("heat taken up between the limits: positive for the endotherm",
                                             "the same per mole of atoms; needs the composition")};

const frit_param crystallisation_params[] = {
    FRIT_RANGE(P, range, "K", NULL, 0, 1e4, 0, "where to look; not given: the whole curve"),
    FRIT_RANGE(P, before, "K", NULL, 0, 1e4, 0,
               "window of the line before the peak, in the supercooled liquid; not given: 22 to 10 K before "
               "the leading "
               "edge"),
    FRIT_RANGE(P, limits, "K", NULL, 0, 1e4, 0,
               "of the enthalpy; not given: from 5 K before the onset to the end of the range"),
    FRIT_F64(P, tangent, "K", 3, 1e-3, 100, 0,
             "length of the windows in which the steepest stretch is sought"),
    FRIT_CHOICE(P, baseline, "linear|sigmoidal|tangential", "under the peak: see the step baseline"),
    FRIT_F64(P, side, "K", 5, 1e-3, 1000, 0,
             "length of the lines beside the limits that the baseline starts from"),
    FRIT_F64(P, significance, "1", 5, 1, 100, 0, "how many s.d. of a point the peak must be high"),
    FRIT_COMPOSITION(P, composition, FRIT_PARAM_SAMPLE, "for the enthalpy per mole of atoms"),
    {0}};

const frit_param melting_params[] = {
    FRIT_RANGE(P, range, "K", NULL, 0, 1e4, 0, "where to look; not given: the whole curve"),
    FRIT_RANGE(P, before, "K", NULL, 0, 1e4, 0,
               "window of the line before the peak; not given: 22 to 10 K before the leading edge"),
    FRIT_RANGE(P, limits, "K", NULL, 0, 1e4, 0,
               "of the enthalpy; not given: from 5 K before the onset to the end of the range"),
    FRIT_F64(P, tangent, "K", 0.5, 1e-3, 100, 0,
             "length of the windows in which the steepest stretch is sought"),
    FRIT_CHOICE(P, baseline, "linear|sigmoidal|tangential", "under the peak: see the step baseline"),
    FRIT_F64(P, side, "K", 5, 1e-3, 1000, 0,
             "length of the lines beside the limits that the baseline starts from"),
    FRIT_F64(P, significance, "1", 5, 1, 100, 0, "how many s.d. of a point the peak must be high"),
    FRIT_F64(P, mass, "mg", NAN, 0, 1e6, 0, "of the standard; not given: the attribute of its curve"),
    FRIT_F64(P, rate, "K/min", NAN, 1e-3, 1e4, 0, "heating rate; not given: the attribute of the curve"),
    FRIT_COMPOSITION(P, composition, FRIT_PARAM_SAMPLE, "for the enthalpy per mole of atoms"),
    {0}};

#define METHOD                                                                                               \
    "The line before the peak is fitted by least squares over `before`; the tangent is a least-squares "     \
    "line through the "                                                                                      \
    "steepest stretch between there and the top: around the steepest window of length `tangent`, all that "  \
    "is at least 99 % "                                                                                      \
    "as steep. Their crossing is the onset. The top is that of a parabola through the "                      \
    "points within one length of the tangent on either side of the largest one; the end is where the "       \
    "steepest line of the "                                                                                  \
    "trailing edge crosses the baseline, or the upper limit where it does not.\n"                            \
    "\n"                                                                                                     \
    "The enthalpy is the integral of the curve's distance from the baseline between the limits "             \
    "(`baseline`: linear, "                                                                                  \
    "sigmoidal or tangential).\n"                                                                            \
    "\n"                                                                                                     \
    "sigma comes from the scatter of the points and the correlation of neighbours, both found over all of "  \
    "the curve (evenly spaced points; a short curve: from the lines alone); a line's own scatter counts "    \
    "where it is larger. The onset's holds that the ends of the tangent's stretch are known to a point. "    \
    "The choice of limits and baseline is not in it.\n"                                                      \
    "\n"

const char crystallisation_doc[] = METHOD "Tx is the onset, from the scan in which the glass crystallises "
                                          "for the first time. Where no exotherm is higher than "
                                          "`significance` s.d. of a point about the line before, the step "
                                          "fails; it names an endotherm where there is one instead (the "
                                          "sign may be the other way round).";
const char melting_doc[] = METHOD "H = integral of (Q - baseline) dT / (rate m). For metals of known melting "
                                  "point and enthalpy: `onset` and `enthalpy` feed `calibrate_temperature` "
                                  "and `calibrate_enthalpy`.";

/* ---- The peak ---- */

struct peak {
    struct noise noise;
    struct line line, leading;
    double sign; /* of the peak: -1 downwards */
    double top, s_top, height, onset, s_onset, end, s_end;
    double limit_from, limit_to;
};

static double distance(const struct thermal_curve *k, const struct line *l, double sign, size_t i)
{
    return sign * (k->y[i] - line_at(l, k->T[i]));
}

/* The point farthest from the line (in the direction of sign), in first..first + n - 1. */
static size_t farthest(const struct thermal_curve *k, const struct line *l, double sign, size_t first,
                       size_t n)
{
    size_t best = first;
    for (size_t i = first; i < first + n; i++)
        if (distance(k, l, sign, i) > distance(k, l, sign, best))
            best = i;
    return best;
}

/* A first line, where no window is given: from the first tenth of the range. */
static bool first_line(const P *p, const struct thermal_curve *k, frit_range range, struct line *l)
{
    if (isfinite(p->before.from))
        return line_fit(k, p->before.from, p->before.to, l);
    return line_fit(k, range.from, range.from + (range.to - range.from) / 10, l);
}

static frit_status no_peak(frit_call *c, const struct thermal_curve *k, const struct peak *t,
                           frit_range range, size_t first, size_t n)
{
    const char *name = t->sign < 0 ? "exotherm" : "endotherm",
               *other = t->sign < 0 ? "endotherm" : "exotherm";
    size_t turned = farthest(k, &t->line, -t->sign, first, n);
    double against = distance(k, &t->line, -t->sign, turned);
    const P *p = c->params;
    if (against > p->significance * t->line.noise && against > 2 * t->height)
        return c->host->fail(
            c, FRIT_EDATA,
            "there is no %s between %g and %g K, but an %s of %.3g at %.1f K: is the direction "
            "of exothermic (exo, when reading) right?",
            name, range.from, range.to, other, against, k->T[turned]);
    return c->host->fail(
        c, FRIT_EDATA,
        "there is no %s between %g and %g K: nowhere is the curve farther than %.3g from the "
        "line before (slope %.3g, scatter %.3g)",
        name, range.from, range.to, t->height, t->line.b, t->line.noise);
}

static frit_status find_top(frit_call *c, const struct thermal_curve *k, frit_range range, struct peak *t)
{
    const P *p = c->params;
    size_t first, n = curve_window(k, range.from, range.to, &first);
    if (n < 10 || !first_line(p, k, range, &t->line))
        return c->host->fail(c, FRIT_EDATA,
                             "%zu points lie between %g and %g K: too few for a peak and a line before it", n,
                             range.from, range.to);
    size_t top = farthest(k, &t->line, t->sign, first, n);
    t->height = distance(k, &t->line, t->sign, top);
    /* a top is inside, and is higher than the scatter */
    double tiny = 1e-9 * fabs(line_at(&t->line, k->T[top]));
    if (top == first || top == first + n - 1 || !(t->height > p->significance * t->line.noise + tiny))
        return no_peak(c, k, t, range, first, n);
    t->top = k->T[top];
    double refined, sigma;
    t->s_top = (k->T[top + 1] - k->T[top - 1]) / 2;
    if (polynomial_feature(k, t->top - p->tangent, t->top + p->tangent, 2, &refined, &sigma)) {
        t->top = refined;
        t->s_top = sigma;
    }
    return FRIT_OK;
}

/* The noise also chooses where the stretch of the tangent ends, of a dozen points: each end is known to a
 * point either way, with equal chance, so that the onset it moves by d has the variance d^2/3. */
static double ends_variance(const struct thermal_curve *k, const struct peak *t)
{
    const struct line *l = &t->leading;
    double sum = 0;
    for (size_t end = 0; end < 2 && l->n > 3; end++) {
        struct line shorter;
        double onset, sigma;
        if (line_fit(k, k->T[l->first + (end == 0)], k->T[l->first + l->n - 1 - (end == 1)], &shorter) &&
            line_cross(&shorter, &t->line, &onset, &sigma))
            sum += (onset - t->onset) * (onset - t->onset) / 3;
    }
    return sum;
}

static frit_status find_onset(frit_call *c, const struct thermal_curve *k, frit_range range, struct peak *t)
{
    const P *p = c->params;
    double from = isfinite(p->before.from) ? p->before.to : range.from;
    if (!line_steepest(k, from + p->tangent / 2, t->top, p->tangent, t->sign, &t->leading))
        return c->host->fail(
            c, FRIT_EDATA,
            "no tangent of %g K has three points between %g K and the peak at %.1f K: a shorter "
            "one, or a wider range",
            p->tangent, from, t->top);
    double at = t->leading.T0;
    if (!isfinite(p->before.from) &&
        (!line_fit(k, fmax(range.from, at - 22), at - 10, &t->line) || t->line.n < 5))
        return c->host->fail(
            c, FRIT_EDATA,
            "fewer than 5 points lie 22 to 10 K before the peak's leading edge (%.1f K), in the "
            "range from %g K: give before = { from, to }",
            at, range.from);
    line_set_noise(k, &t->line, &t->noise);
    if (!line_set_noise(k, &t->leading, &t->noise))
        line_at_least_noise(&t->leading, &t->line);
    if (!(t->sign * (t->leading.b - t->line.b) > p->significance * sqrt(t->leading.var_b + t->line.var_b)) ||
        !line_cross(&t->leading, &t->line, &t->onset, &t->s_onset) || t->onset > t->top ||
        t->onset < t->line.from) {
        size_t first, n = curve_window(k, range.from, range.to, &first);
        return no_peak(c, k, t, range, first, n);
    }
    t->s_onset = sqrt(t->s_onset * t->s_onset + ends_variance(k, t));
    return FRIT_OK;
}

static void find_end(const P *p, const struct thermal_curve *k, frit_range range,
                     const struct peak_baseline *b, struct peak *t)
{
    struct line trailing, base;
    t->end = t->limit_to;
    t->s_end = 0;
    if (!line_steepest(k, t->top, range.to - p->tangent / 2, p->tangent, -t->sign, &trailing))
        return;
    /* the baseline near the crossing, as a line */
    double high = t->limit_to, y0 = b->base[b->n / 2], y1 = b->base[b->n - 1];
    double T0 = k->T[b->first + b->n / 2], T1 = k->T[b->first + b->n - 1];
    base = (struct line){.T0 = T1, .a = y1, .b = (y1 - y0) / (T1 - T0)};
    double end, sigma;
    if (!line_set_noise(k, &trailing, &t->noise))
        line_at_least_noise(&trailing, &t->line);
    if (line_cross(&trailing, &base, &end, &sigma) && end > t->top && end <= high) {
        t->end = end;
        t->s_end = sigma;
    }
}

/* ---- Enthalpies and outputs ---- */

/* From the area in the curve's unit times K to J/g. */
static frit_status enthalpy_factor(frit_call *c, const struct peak *t, double *factor)
{
    const P *p = c->params;
    *factor = 1;
    if (t->sign < 0)
        return FRIT_OK;
    double mass = p->mass, rate = p->rate;
    if (isnan(mass))
        c->host->attribute(c, 0, "mass", "mg", &mass);
    if (isnan(rate) && !c->host->attribute(c, 0, "heating_rate", "K/min", &rate))
        c->host->attribute(c, 0, "program_rate", "K/min", &rate);
    if (!(mass > 0))
        return c->host->fail(c, FRIT_EPARAM, "the mass of the standard is %s: give mass, in mg",
                             mass == 0 ? "0 mg" : "not known");
    if (!(rate > 0))
        return c->host->fail(c, FRIT_EPARAM, "the heating rate is not known: give rate, in K/min");
    *factor = 60 / (rate * mass);
    return FRIT_OK;
}

static frit_status put_temperatures(frit_call *c, const struct peak *t)
{
    frit_status status = put_number(c, OUT_ONSET, t->onset, t->s_onset);
    if (status == FRIT_OK)
        status = put_number(c, OUT_PEAK, t->top, t->s_top);
    return status == FRIT_OK ? put_number(c, OUT_END, t->end, t->s_end) : status;
}

static frit_status put_enthalpies(frit_call *c, const struct peak *t, const struct peak_baseline *b)
{
    const P *p = c->params;
    double factor, M;
    bool wanted = c->host->wanted(c, OUT_ENTHALPY), molar = c->host->wanted(c, OUT_MOLAR);
    frit_status status = wanted || molar ? enthalpy_factor(c, t, &factor) : FRIT_OK;
    if (status == FRIT_OK && wanted)
        status = put_number(c, OUT_ENTHALPY, t->sign * b->area * factor, sqrt(b->variance) * factor);
    if (status == FRIT_OK && molar)
        status = molar_mass(c, &p->composition, "molar_enthalpy", &M);
    if (status == FRIT_OK && molar)
        status = put_number(c, OUT_MOLAR, 1e-3 * M * t->sign * b->area * factor,
                            1e-3 * M * sqrt(b->variance) * factor);
    for (uint32_t port = OUT_ENTHALPY; status == FRIT_OK && port <= OUT_MOLAR; port++)
        if (c->host->wanted(c, port)) {
            c->host->set_attribute(c, port, "limit_from", "K", t->limit_from);
            c->host->set_attribute(c, port, "limit_to", "K", t->limit_to);
        }
    return status;
}

static frit_status put_lines(frit_call *c, const struct thermal_curve *k, const struct peak *t,
                             const struct peak_baseline *b)
{
    double tip = t->onset + t->sign * t->height / (t->leading.b - t->line.b);
    frit_status status = put_line(c, OUT_LINE, &t->line, t->line.from, t->onset);
    if (status == FRIT_OK)
        status = put_line(c, OUT_TANGENT, &t->leading, t->onset, tip);
    if (status == FRIT_OK)
        status = put_points(c, OUT_BASELINE, b->n, k->T + b->first, b->base);
    return status == FRIT_OK ? put_mark(c, OUT_MARK, t->onset, line_at(&t->line, t->onset), t->height / 100)
                             : status;
}

static frit_status run_peak(frit_call *c, double sign)
{
    const P *p = c->params;
    struct thermal_curve k;
    struct peak t = {.sign = sign};
    struct peak_baseline b;
    frit_status status = curve_take(c, 0, "curve", &k);
    if (status != FRIT_OK)
        return status;
    frit_range range = isfinite(p->range.from) ? p->range : (frit_range){k.T[0], k.T[k.n - 1]};
    curve_noise(&k, &t.noise);
    status = find_top(c, &k, range, &t);
    if (status == FRIT_OK)
        status = find_onset(c, &k, range, &t);
    double *base = c->host->scratch(c, k.n + 1, sizeof *base);
    if (status != FRIT_OK || !base)
        return status != FRIT_OK ? status : FRIT_ENOMEM;
    t.limit_from = isfinite(p->limits.from) ? p->limits.from : fmax(k.T[0], t.onset - 5);
    t.limit_to = isfinite(p->limits.to) ? p->limits.to : fmin(range.to, k.T[k.n - 1]);
    const char *why =
        under_peak(&k, t.limit_from, t.limit_to, p->side, (enum baseline_kind)p->baseline, base, &b);
    if (why)
        return c->host->fail(c, FRIT_EDATA, "no baseline under the peak, between %g and %g K: %s",
                             t.limit_from, t.limit_to, why);
    find_end(p, &k, range, &b, &t);
    status = put_temperatures(c, &t);
    if (status == FRIT_OK)
        status = put_enthalpies(c, &t, &b);
    return status == FRIT_OK ? put_lines(c, &k, &t, &b) : status;
}

frit_status crystallisation_run(frit_call *c)
{
    return run_peak(c, -1);
}

frit_status melting_run(frit_call *c)
{
    return run_peak(c, 1);
}
