/* specific_heat_steps: the stepwise method: heat between two holds, of sample, sapphire and empty pans.
 *
 *     Cp = c_r (m_r/m) (H_s/dT_s - H_0/dT_0)/(H_r/dT_r - H_0/dT_0),  H = integral of (Q - b) dt
 *
 * ISO 11357-4:2021, stepwise; the enthalpy method.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"
#include "sapphire.h"

#include <math.h>
#include <string.h>

#define RUN(flow_, temperature_, flags_, of_)                                                                \
    {.name = flow_,                                                                                          \
     .unit = "*",                                                                                            \
     .ndim = 1,                                                                                              \
     .axis_name = {"t"},                                                                                     \
     .axis_unit = {"s"},                                                                                     \
     .flags = flags_,                                                                                        \
     .doc = "heat flow of " of_ ", endothermic positive"},                                                   \
    {                                                                                                        \
        .name = temperature_, .unit = "K", .ndim = 1, .axis_name = {"t"}, .axis_unit = {"s"},                \
        .flags = flags_, .doc = "temperature of " of_                                                        \
    }
enum { IN_SAMPLE = 0, IN_REFERENCE = 2, IN_BLANK = 4 };
const frit_port specific_heat_steps_inputs[] = {
    RUN("heat_flow", "temperature", 0, "the sample"),
    RUN("reference", "reference_temperature", 0, "the reference"),
    RUN("blank", "blank_temperature", FRIT_PORT_OPTIONAL, "the empty pans"),
    {0}};

const frit_port specific_heat_steps_outputs[] = {{.name = "specific_heat",
                                                  .unit = "J/(g K)",
                                                  .ndim = 1,
                                                  .axis_name = {"T"},
                                                  .axis_unit = {"K"},
                                                  .doc = "mean over each step, at its middle"},
                                                 {0}};

#define P struct specific_heat_steps
const frit_param specific_heat_steps_params[] = {
    FRIT_F64(P, mass, "mg", NAN, 0, 1e6, 0, "of the sample; not given: the attribute of its run"),
    FRIT_F64(P, reference_mass, "mg", NAN, 0, 1e6, 0,
             "of the reference; not given: the attribute of its run"),
    FRIT_F64(P, reference_specific_heat, "J/(g K)", NAN, 1e-3, 100, 0,
             "of a reference that is not sapphire, taken as constant; not given: sapphire"),
    SEGMENT_PARAMS(P),
    {0}};

const char specific_heat_steps_doc[] =
    "    H = integral of (Q - b) dt,  from the end of one hold to the end of the next\n"
    "    Cp = c_r (m_r/m) (H_s/dT_s - H_0/dT_0)/(H_r/dT_r - H_0/dT_0)\n"
    "\n"
    "for a program that climbs in steps: hold, heat, hold, heat, hold. b is the straight line in time from "
    "the level of the hold before to that of the hold after, levels and parts found as in "
    "`align_isotherms`; the heat that still flows while the sample settles in the hold after belongs to the "
    "step. dT is the difference of the holds' temperatures of each run. c_r is the mean of sapphire's "
    "specific heat over the step. The runs must have the same steps: the middles of their temperatures "
    "agree to a quarter of the step.\n"
    "\n"
    "The heating rate does not enter, lags fall out; what remains is one number a step. sigma is that of "
    "the levels times the length of the step, the largest uncertainty by far, and of nothing else.";

struct steps {
    bool there;
    int n;
    double T[SEGMENTS_MAX], dT[SEGMENTS_MAX], H[SEGMENTS_MAX], s[SEGMENTS_MAX], low[SEGMENTS_MAX],
        high[SEGMENTS_MAX];
    double mass;
    const char *unit;
};

/* The heat between hold a and hold b, with one heating part in between. */
static void measure_step(const struct calorimeter_run *r, const struct segment *a, const struct segment *b,
                         double share, struct steps *s)
{
    struct level la = segment_level(a, r->t, r->flow, r->usable, share);
    struct level lb = segment_level(b, r->t, r->flow, r->usable, share);
    if (!isfinite(la.mean) || !isfinite(lb.mean))
        return;
    double t0 = a->t1, t1 = b->t0, H = 0, before = 0, t_before = a->t1;
    size_t end = b->first + b->n;
    for (size_t i = a->first + a->n - 1; i < end; i++) {
        if (r->usable[i] == 0)
            continue;
        double u = fmin(1, fmax(0, (r->t[i] - t0) / (t1 - t0)));
        double q = r->flow[i] - (1 - u) * la.mean - u * lb.mean;
        H += (r->t[i] - t_before) * (q + before) / 2;
        before = q;
        t_before = r->t[i];
    }
    int k = s->n++;
    double rise = b->t0 - a->t1, held = b->t1 - b->t0;
    s->low[k] = a->T1;
    s->high[k] = b->T1;
    s->T[k] = (a->T1 + b->T1) / 2;
    s->dT[k] = b->T1 - a->T1;
    s->H[k] = H;
    s->s[k] = hypot(la.sigma * rise / 2, lb.sigma * (rise / 2 + held));
}

static frit_status take_steps(frit_call *c, uint32_t port, const char *name, double mass, struct steps *s)
{
    const P *p = c->params;
    struct calorimeter_run r;
    struct segments parts;
    char list[4000];
    memset(s, 0, sizeof *s);
    s->mass = mass;
    if (!c->host->n_inputs(c, port) || !c->host->n_inputs(c, port + 1)) {
        if (c->host->n_inputs(c, port) || c->host->n_inputs(c, port + 1))
            return c->host->fail(c, FRIT_EPARAM, "of the %s both heat flow and temperature are needed", name);
        return FRIT_OK;
    }
    s->there = true;
    frit_status status = take_run(c, port, &r);
    if (status == FRIT_OK)
        status = find_segments(c, &r, RULES(p), &parts);
    if (status != FRIT_OK)
        return status;
    s->unit = r.unit;
    double found;
    if (isnan(s->mass) && c->host->attribute(c, port, "mass", "mg", &found) && found > 0)
        s->mass = found;
    for (int i = 0; i + 2 < parts.n; i++)
        if (parts.part[i].kind == SEGMENT_ISOTHERMAL && parts.part[i + 1].kind == SEGMENT_HEATING &&
            parts.part[i + 2].kind == SEGMENT_ISOTHERMAL)
            measure_step(&r, &parts.part[i], &parts.part[i + 2], p->settled, s);
    if (s->n == 0)
        return c->host->fail(
            c, FRIT_EDATA,
            "the program of the %s has no step, a heating part between two isothermal ones: it "
            "has %s",
            name, segments_list(&parts, list, sizeof list));
    return FRIT_OK;
}

/* The step of a run that is nearest to this temperature, within a quarter of its height; -1: none. */
static int step_at(const struct steps *s, double T)
{
    int best = -1;
    for (int k = 0; k < s->n; k++)
        if (fabs(s->T[k] - T) < 0.25 * s->dT[k] && (best < 0 || fabs(s->T[k] - T) < fabs(s->T[best] - T)))
            best = k;
    return best;
}

static bool combine(const P *p, const struct steps s[3], int k, double *Cp, double *sigma)
{
    int r = step_at(&s[1], s[0].T[k]), b = s[2].there ? step_at(&s[2], s[0].T[k]) : -1;
    if (r < 0 || (s[2].there && b < 0))
        return false;
    double blank = b >= 0 ? s[2].H[b] / s[2].dT[b] : 0, s_blank = b >= 0 ? s[2].s[b] / s[2].dT[b] : 0;
    double Ds = s[0].H[k] / s[0].dT[k] - blank, Dr = s[1].H[r] / s[1].dT[r] - blank, ratio = Ds / Dr;
    double c_r = isfinite(p->reference_specific_heat) ? p->reference_specific_heat
                                                      : sapphire_mean(s[1].low[r], s[1].high[r]);
    double scale = c_r * s[1].mass / s[0].mass;
    double a = s[0].s[k] / s[0].dT[k], e = ratio * s[1].s[r] / s[1].dT[r], d = (1 - ratio) * s_blank;
    *Cp = scale * ratio;
    *sigma = fabs(scale / Dr) * sqrt(a * a + e * e + d * d);
    return isfinite(*Cp) && isfinite(*sigma);
}

frit_status specific_heat_steps_run(frit_call *c)
{
    static const char *const names[] = {"sample", "reference", "empty pans"};
    const P *p = c->params;
    struct steps *s = c->host->scratch(c, 3, sizeof *s);
    if (!s)
        return FRIT_ENOMEM;
    frit_status status = take_steps(c, IN_SAMPLE, names[0], p->mass, &s[0]);
    if (status == FRIT_OK)
        status = take_steps(c, IN_REFERENCE, names[1], p->reference_mass, &s[1]);
    if (status == FRIT_OK)
        status = take_steps(c, IN_BLANK, names[2], NAN, &s[2]);
    for (int k = 0; status == FRIT_OK && k < 2; k++)
        if (!(s[k].mass > 0))
            return c->host->fail(c, FRIT_EPARAM, "the mass of the %s is %s: give %s, in mg", names[k],
                                 s[k].mass == 0 ? "0 mg" : "not known", k ? "reference_mass" : "mass");
    for (int k = 1; status == FRIT_OK && k < 3; k++)
        if (s[k].there && strcmp(s[k].unit, s[0].unit))
            return c->host->fail(c, FRIT_EDATA, "the heat flow of the %s is in %s, that of the sample in %s",
                                 names[k], s[k].unit, s[0].unit);
    if (status != FRIT_OK)
        return status;
    double T[SEGMENTS_MAX], Cp[SEGMENTS_MAX], sigma[SEGMENTS_MAX];
    size_t n = 0;
    for (int k = 0; k < s[0].n; k++)
        if (combine(p, s, k, &Cp[n], &sigma[n]))
            T[n++] = s[0].T[k];
    if (n == 0)
        return c->host->fail(
            c, FRIT_EDATA,
            "no step of the sample (the first at %.1f K) is also in the other runs (the reference's "
            "first at %.1f K), within 100 to 1200 K",
            s[0].T[0], s[1].T[0]);
    frit_buffer *b = c->host->output(c, 0, FRIT_F64, 1, &n, FRIT_WANT_SIGMA);
    if (!b)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        b->axis[0][i] = T[i];
        b->value[i] = Cp[i];
        b->sigma[i] = sigma[i];
    }
    return FRIT_OK;
}
