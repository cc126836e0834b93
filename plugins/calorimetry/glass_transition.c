/* glass_transition: the step of a heat capacity, read off by tangents.
 *
 * ASTM E1356; ISO 11357-2:2020: lines by least squares below and above the step, and the tangent at the
 * inflection; onset and end are where it crosses them, the midpoint is where the curve is halfway between.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"

#include <math.h>

const frit_port glass_transition_inputs[] = {
    {.name = "curve",
     .unit = "*",
     .ndim = 1,
     .axis_name = {"T"},
     .axis_unit = {"K"},
     .doc = "specific heat or heat flow on heating, endothermic positive"},
    {0}};

enum {
    OUT_ONSET,
    OUT_MIDPOINT,
    OUT_END,
    OUT_INFLECTION,
    OUT_STEP,
    OUT_GLASS,
    OUT_LIQUID,
    OUT_TANGENT,
    OUT_MARK
};
#define TEMPERATURE(name_, doc_)                                                                             \
    {                                                                                                        \
        .name = name_, .unit = "K", .ndim = 0, .doc = doc_                                                   \
    }
#define LINE(name_, doc_)                                                                                    \
    {                                                                                                        \
        .name = name_, .unit = "@curve", .ndim = 1, .axis_name = {"T"}, .axis_unit = {"K"}, .doc = doc_      \
    }
const frit_port glass_transition_outputs[] = {
    TEMPERATURE("onset", "Tg: where the tangent crosses the glass line"),
    TEMPERATURE("midpoint", "where the curve is halfway between the lines"),
    TEMPERATURE("end", "where the tangent crosses the liquid line"),
    TEMPERATURE("inflection", "where a cubic through the step has its inflection"),
    {.name = "step", .unit = "@curve", .ndim = 0, .doc = "liquid line less glass line, at the midpoint"},
    LINE("glass_line", "from the start of its window to the end of the step"),
    LINE("liquid_line", "from the onset to the end of its window"),
    LINE("tangent", "from the glass line to the liquid line"),
    LINE("onset_mark", "an upright stroke at the onset, for a figure"),
    {0}};

#define P struct glass_transition
const frit_param glass_transition_params[] = {
    FRIT_RANGE(P, range, "K", NULL, 0, 1e4, 0, "where to look; not given: the whole curve"),
    FRIT_RANGE(P, glass, "K", NULL, 0, 1e4, 0,
               "window of the line below; not given: 60 to 25 K below the inflection"),
    FRIT_RANGE(P, liquid, "K", NULL, 0, 1e4, 0,
               "window of the line above; not given: 15 to 40 K above the inflection"),
    FRIT_F64(P, tangent, "K", 8, 1e-3, 200, 0,
             "length of the windows in which the steepest stretch is sought"),
    FRIT_F64(P, significance, "1", 5, 1, 100, 0,
             "how many s.d. a step must be high, and steeper than the lines"),
    {0}};

const char glass_transition_doc[] =
    "Least-squares lines are put through the windows `glass` and `liquid`; the tangent is a least-squares "
    "line through the steepest stretch in between: around the steepest window of length `tangent`, all that "
    "is at least 99 % as steep (of many windows along a straight rise the steepest is chosen by the noise). "
    "Onset (what metallic glasses call Tg) and end are its crossings with the lines, the midpoint is where "
    "a line through the points around lies halfway between the two, the inflection is that of a cubic "
    "through the points from onset to end. The step is the difference of the lines at the midpoint.\n"
    "\n"
    "sigma of each comes from the scatter of the points and the correlation of neighbours, both found over "
    "all of the curve (evenly spaced points; a short curve: from the lines alone); a line's own scatter "
    "counts where it is larger. It does not know whether the windows are well chosen: the lines are "
    "outputs, look at them. A wider tangent averages more and rounds the step more: it lowers the onset and "
    "raises the end.\n"
    "\n"
    "**Which scan.** The first scan of a glass that has stored enthalpy has an exotherm below Tg, which "
    "fades within the glass transition: there the curve rises from a depressed level d below the true glass "
    "line. The same tangent, of slope b, meets so low a line d/b earlier; as the exotherm fades the rise is "
    "steeper than b, which takes about half of that back. In rolled Zr-based glass (d 5, b 0.75 J/(mol K), "
    "per kelvin) the onset comes out 3 K low, in others 2 to 4 K. With a line through the curve below the "
    "exotherm it comes out high instead. Take Tg from the second scan, and state both.\n"
    "\n"
    "**None.** Where the tangent is not steeper than both lines, the step not higher than `significance` "
    "s.d., or onset and end do not lie between the windows, there is no transition, and the step fails: "
    "nothing is made up. A step downwards brings a warning: exotherms were taken for endotherms, or the "
    "curve is a cooling one.";

struct transition {
    struct noise noise;
    struct line glass, liquid, tangent;
    double sign;
    double onset, end, midpoint, inflection, step;
    double s_onset, s_end, s_midpoint, s_inflection, s_step;
};

static bool given(frit_range r)
{
    return isfinite(r.from);
}

/* Where windows are not given: how far from the tangent they begin and end, and the least room that each
 * needs. */
#define GLASS_FAR   60
#define GLASS_NEAR  25
#define LIQUID_NEAR 15
#define LIQUID_FAR  40
#define ROOM        5

/* The tangent is sought where both lines find room. */
static frit_status find_tangent(frit_call *c, const struct thermal_curve *k, frit_range range, double sign,
                                struct line *tangent)
{
    const P *p = c->params;
    double from = given(p->glass) ? p->glass.to : range.from + GLASS_NEAR + ROOM;
    double to = given(p->liquid) ? p->liquid.from : range.to - LIQUID_NEAR - ROOM;
    if (from + p->tangent / 2 > to - p->tangent / 2 ||
        !line_steepest(k, from + p->tangent / 2, to - p->tangent / 2, p->tangent, sign, tangent))
        return c->host->fail(
            c, FRIT_EDATA,
            "between %g and %g K there is no room, or fewer than three points, for a tangent of "
            "%g K between the windows of the lines: a wider range, glass and liquid, or a shorter tangent",
            range.from, range.to, p->tangent);
    return FRIT_OK;
}

static frit_status fit_side(frit_call *c, const struct thermal_curve *k, const char *side, frit_range wanted,
                            double from, double to, frit_range range, struct line *l)
{
    if (given(wanted)) {
        from = wanted.from;
        to = wanted.to;
    }
    from = fmax(from, range.from);
    to = fmin(to, range.to);
    if (!line_fit(k, from, to, l) || l->n < 4)
        return c->host->fail(
            c, FRIT_EDATA,
            "there are %zu points for the %s line between %g and %g K, 4 are needed: give %s "
            "= { from, to }, or a curve that reaches further",
            l->n, side, from, to, side);
    return FRIT_OK;
}

/* Where the curve is halfway: a line through the points about the guess, against the mean of the lines. */
static bool find_midpoint(const struct thermal_curve *k, double width, struct transition *t)
{
    double guess = (t->onset + t->end) / 2;
    width = fmin(width, fabs(t->end - t->onset));
    for (int round = 0; round < 3; round++) {
        struct line local;
        if (!line_fit(k, guess - width / 2, guess + width / 2, &local))
            local = t->tangent;
        if (!line_set_noise(k, &local, &t->noise))
            line_at_least_noise(&local, &t->glass);
        double middle = (line_at(&t->glass, guess) + line_at(&t->liquid, guess)) / 2;
        double slope = local.b - (t->glass.b + t->liquid.b) / 2;
        guess -= (line_at(&local, guess) - middle) / slope;
        t->s_midpoint = sqrt(line_variance(&local, guess) +
                             (line_variance(&t->glass, guess) + line_variance(&t->liquid, guess)) / 4) /
                        fabs(slope);
    }
    t->midpoint = guess;
    t->step = line_at(&t->liquid, guess) - line_at(&t->glass, guess);
    t->s_step = sqrt(line_variance(&t->glass, guess) + line_variance(&t->liquid, guess));
    return isfinite(guess);
}

/* Steeper than the lines on both sides, by so many s.d.? */
static bool stands_out(const struct transition *t, double significance)
{
    double a = t->sign * (t->tangent.b - t->glass.b), b = t->sign * (t->tangent.b - t->liquid.b);
    double limit_a = significance * sqrt(t->tangent.var_b + t->glass.var_b);
    double limit_b = significance * sqrt(t->tangent.var_b + t->liquid.var_b);
    /* rounding errors of a straight line are no step either */
    double tiny = 1e-9 * (fabs(t->tangent.a) + fabs(t->glass.a)) / (t->tangent.to - t->tangent.from);
    return a > limit_a + tiny && b > limit_b + tiny;
}

static bool is_transition(const P *p, const struct thermal_curve *k, struct transition *t)
{
    if (!stands_out(t, p->significance) || !line_cross(&t->tangent, &t->glass, &t->onset, &t->s_onset) ||
        !line_cross(&t->tangent, &t->liquid, &t->end, &t->s_end))
        return false;
    if (!(t->onset < t->end && t->onset >= t->glass.from && t->end <= t->liquid.to &&
          t->onset > t->glass.T0 && t->end < t->liquid.T0))
        return false;
    return find_midpoint(k, p->tangent, t) && t->sign * t->step > p->significance * t->s_step &&
           t->midpoint > t->onset && t->midpoint < t->end;
}

static frit_status try_direction(frit_call *c, const struct thermal_curve *k, frit_range range, double sign,
                                 struct transition *t, bool *found)
{
    const P *p = c->params;
    *t = (struct transition){.sign = sign};
    *found = false;
    frit_status status = find_tangent(c, k, range, sign, &t->tangent);
    double at = t->tangent.T0;
    if (status == FRIT_OK)
        status = fit_side(c, k, "glass", p->glass, at - GLASS_FAR, at - GLASS_NEAR, range, &t->glass);
    if (status == FRIT_OK)
        status = fit_side(c, k, "liquid", p->liquid, at + LIQUID_NEAR, at + LIQUID_FAR, range, &t->liquid);
    if (status != FRIT_OK)
        return status;
    curve_noise(k, &t->noise);
    line_set_noise(k, &t->glass, &t->noise);
    line_set_noise(k, &t->liquid, &t->noise);
    if (!line_set_noise(k, &t->tangent, &t->noise))
        line_at_least_noise(&t->tangent, &t->glass);
    *found = is_transition(p, k, t);
    return FRIT_OK;
}

static frit_status put_all(frit_call *c, const struct transition *t)
{
    double height = line_at(&t->glass, t->onset);
    frit_status status = put_number(c, OUT_ONSET, t->onset, t->s_onset);
    if (status == FRIT_OK)
        status = put_number(c, OUT_MIDPOINT, t->midpoint, t->s_midpoint);
    if (status == FRIT_OK)
        status = put_number(c, OUT_END, t->end, t->s_end);
    if (status == FRIT_OK)
        status = put_number(c, OUT_INFLECTION, t->inflection, t->s_inflection);
    if (status == FRIT_OK)
        status = put_number(c, OUT_STEP, t->step, t->s_step);
    if (status == FRIT_OK)
        status = put_line(c, OUT_GLASS, &t->glass, t->glass.from, t->end);
    if (status == FRIT_OK)
        status = put_line(c, OUT_LIQUID, &t->liquid, t->onset, t->liquid.to);
    if (status == FRIT_OK)
        status = put_line(c, OUT_TANGENT, &t->tangent, t->onset, t->end);
    return status == FRIT_OK ? put_mark(c, OUT_MARK, t->onset, height, fabs(t->step) / 4) : status;
}

frit_status glass_transition_run(frit_call *c)
{
    const P *p = c->params;
    struct thermal_curve k;
    struct transition t, down;
    bool found = false, turned = false;
    frit_status status = curve_take(c, 0, "curve", &k);
    if (status != FRIT_OK)
        return status;
    frit_range range = given(p->range) ? p->range : (frit_range){k.T[0], k.T[k.n - 1]};
    status = try_direction(c, &k, range, 1, &t, &found);
    if (status == FRIT_OK && !found && try_direction(c, &k, range, -1, &down, &turned) == FRIT_OK && turned)
        t = down;
    if (status != FRIT_OK)
        return status;
    if (!found && !turned)
        return c->host->fail(
            c, FRIT_EDATA,
            "there is no glass transition between %g and %g K: the steepest rise, at %.1f K, is "
            "no step of %g s.d. between two lines (slopes %.3g below, %.3g in it, %.3g above it)",
            range.from, range.to, t.tangent.T0, p->significance, t.glass.b, t.tangent.b, t.liquid.b);
    if (turned)
        c->host->log(c, FRIT_WARNING,
                     "the curve steps down by %.3g at %.1f K, where heating a glass makes it step up: are "
                     "exotherms taken for endotherms (exo = \"up\" or \"down\" when reading)?",
                     -t.step, t.midpoint);
    if (!polynomial_feature(&k, t.onset, t.end, 3, &t.inflection, &t.s_inflection)) {
        t.inflection = t.tangent.T0; /* too few points for a cubic, or none inside: within the tangent */
        t.s_inflection = (t.tangent.to - t.tangent.from) / sqrt(12);
    }
    return put_all(c, &t);
}
