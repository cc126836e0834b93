/* specific_heat: three curves (sample, sapphire, empty pans) to the specific heat.
 *
 *     Cp = { D_s/D_r [m_r c_r + (p_r - p_0) c_p] - (p_s - p_0) c_p } / m,  D = Q/rate - Q_0/rate_0
 *
 * ASTM E1269; ISO 11357-4:2021.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"
#include "sapphire.h"
#include "shared/atomic_weights.h"
#include "shared/lookup.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { IN_SAMPLE, IN_REFERENCE, IN_BLANK };
#define CURVE(name_, flags_, doc_)                                                                           \
    {                                                                                                        \
        .name = name_, .unit = "*", .ndim = 1, .axis_name = {"T"}, .axis_unit = {"K"}, .flags = flags_,      \
        .doc = doc_                                                                                          \
    }
const frit_port specific_heat_inputs[] = {
    CURVE("heat_flow", 0, "of the sample, endothermic positive, in mW, uV, ... or that per mass (mW/mg)"),
    CURVE("reference", 0, "of the reference, in the same unit or that per its mass"),
    CURVE("blank", FRIT_PORT_OPTIONAL, "of empty pans; not connected: it is taken off already"),
    {0}};

enum { OUT_MASS, OUT_MOLE, OUT_FACTOR };
const frit_port specific_heat_outputs[] = {
    {.name = "specific_heat",
     .unit = "J/(g K)",
     .ndim = 1,
     .axis_name = {"T"},
     .axis_unit = {"K"},
     .doc = "on the temperatures of the sample; masked where the other curves or the reference's table do "
            "not reach"},
    {.name = "molar",
     .unit = "J/(mol K)",
     .ndim = 1,
     .axis_name = {"T"},
     .axis_unit = {"K"},
     .doc = "the same per mole of atoms; needs the composition"},
    {.name = "calibration",
     .unit = "1",
     .ndim = 1,
     .axis_name = {"T"},
     .axis_unit = {"K"},
     .doc = "heat that the instrument shows over that which the reference took, in its unit for each mW"},
    {0}};

#define P                  struct specific_heat
#define RATE(field_, doc_) FRIT_F64(P, field_, "K/min", NAN, 1e-3, 1e4, 0, doc_)
#define MASS(field_, doc_) FRIT_F64(P, field_, "mg", NAN, 0, 1e6, 0, doc_)
const frit_param specific_heat_params[] = {
    MASS(mass, "of the sample; not given: the attribute of its curve"),
    MASS(reference_mass, "of the reference; not given: the attribute of its curve"),
    RATE(rate, "of the sample's scan, where its curve does not have it (heating_rate), and of the others "
               "that have none"),
    RATE(reference_rate, "of the reference's scan"),
    RATE(blank_rate, "of the empty pans' scan"),
    MASS(pan, "of the sample's pan with lid; pans count where all that take part are given"),
    MASS(reference_pan, "of the reference's pan"),
    MASS(blank_pan, "of the empty pan on the sample's side"),
    FRIT_F64(P, pan_specific_heat, "J/(g K)", NAN, 0, 10, 0, "of the pans' material, 0.9 for aluminium"),
    FRIT_F64(P, reference_specific_heat, "J/(g K)", NAN, 1e-3, 100, 0,
             "of a reference that is not sapphire, taken as constant; not given: sapphire"),
    FRIT_COMPOSITION(P, composition, FRIT_PARAM_SAMPLE, "of the sample, for the value per mole of atoms"),
    {0}};

const char specific_heat_doc[] =
    "    Cp = { D_s/D_r [m_r c_r(T) + (p_r - p_0) c_pan] - (p_s - p_0) c_pan } / m\n"
    "    D_s = Q_s/rate_s - Q_0/rate_0,  D_r = Q_r/rate_r - Q_0/rate_0\n"
    "\n"
    "from the heat flows Q (endothermic positive) of sample, reference and empty pans, each over its own "
    "heating rate, so that scans at unequal rates go together (a warning says where they differ by more "
    "than 1 %: a lag differs too). Heat flow per mass is multiplied by its own mass first. Pans of unequal "
    "masses p are corrected for where `pan_specific_heat` and the masses are given.\n"
    "\n"
    "c_r is that of sapphire by ISO 11357-4, 100 to 1200 K: the sum of a_i x^i, x = (T - 650)/550, a = "
    "1.12705, 0.23260, -0.21704, 0.26410, -0.23778, -0.10023, 0.15393, 0.54579, -0.47824, -0.37623, 0.34407 "
    "J/(g K) (0.7788 at 300 K, 1.1038 at 600 K).\n"
    "\n"
    "The curves of reference and empty pans are read off at the sample's temperatures, linear between "
    "points; where one does not reach, or the reference shows no heat, the result is masked; curves without "
    "overlap are an error. sigma is propagated from the curves. Noise of reference and empty pans is common "
    "to all samples that they serve: the analysis steps take their uncertainties from the scatter instead.\n"
    "\n"
    "**Isothermal levels.** The curves must be straightened through their isothermal ends first "
    "(`align_isotherms`). Where `select_segment` left the levels and they differ between the curves by more "
    "than 5 % of the signal, a warning names them; where the specific heat comes out negative, the step "
    "fails and names them.";

/* ---- The three curves ---- */

struct scan {
    bool there, per_mass;
    lookup curve;
    double mass, rate, pan, scale; /* scale: of the values, to whole heat flow in the base unit */
    double level[2];               /* before, after; NaN: not known */
    bool aligned;
    char unit[48]; /* without the mass */
};

/* "mW/mg" is "mW" per mass; W and mW, V and uV go together. */
static void split_unit(const char *unit, struct scan *s)
{
    static const struct {
        const char *from, *to;
        double scale;
    } same[] = {{"W", "mW", 1e3}, {"uW", "mW", 1e-3}, {"mV", "uV", 1e3}, {"V", "uV", 1e6}};
    size_t n = strlen(unit);
    double mass_unit = 1;
    s->per_mass = true;
    if (n > 3 && !strcmp(unit + n - 3, "/mg"))
        n -= 3;
    else if (n > 3 && !strcmp(unit + n - 3, "/kg"))
        n -= 3, mass_unit = 1e-6;
    else if (n > 2 && !strcmp(unit + n - 2, "/g"))
        n -= 2, mass_unit = 1e-3;
    else
        s->per_mass = false;
    if (n >= sizeof s->unit)
        n = sizeof s->unit - 1;
    memcpy(s->unit, unit, n);
    s->unit[n] = 0;
    s->scale = mass_unit;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (!strcmp(s->unit, same[i].from)) {
            strcpy(s->unit, same[i].to);
            s->scale *= same[i].scale;
            break;
        }
}

static frit_status take_scan(frit_call *c, uint32_t port, double mass, double rate, double other_rate,
                             double pan, struct scan *s)
{
    static const char *const names[] = {"sample", "reference", "empty pans"};
    static const char *const rates[] = {"rate", "reference_rate", "blank_rate"};
    double found;
    *s = (struct scan){.mass = mass, .rate = rate, .pan = pan, .level = {NAN, NAN}};
    const frit_view *v = c->host->n_inputs(c, port) ? c->host->input(c, port, 0) : NULL;
    if (!v)
        return c->host->n_inputs(c, port) ? FRIT_EIO : FRIT_OK;
    s->there = true;
    if (!lookup_make(c, v, &s->curve))
        return FRIT_ENOMEM;
    split_unit(v->unit, s);
    if (isnan(s->mass) && c->host->attribute(c, port, "mass", "mg", &found) && found > 0)
        s->mass = found;
    if (isnan(s->rate) && (c->host->attribute(c, port, "heating_rate", "K/min", &found) ||
                           c->host->attribute(c, port, "program_rate", "K/min", &found)))
        s->rate = found;
    if (isnan(s->rate))
        s->rate = other_rate;
    s->aligned = c->host->attribute(c, port, "isothermal_alignment", "1", &found);
    c->host->attribute(c, port, "level_before", v->unit, &s->level[0]);
    c->host->attribute(c, port, "level_after", v->unit, &s->level[1]);
    if (port != IN_BLANK && !(s->mass > 0))
        return c->host->fail(c, FRIT_EPARAM, "the mass of the %s is %s: give %s, in mg", names[port],
                             s->mass == 0 ? "0 mg" : "not known", port ? "reference_mass" : "mass");
    if (port == IN_BLANK && s->per_mass)
        return c->host->fail(c, FRIT_EDATA,
                             "the heat flow of the empty pans is per mass (%s): of which?  Export it in mW",
                             v->unit);
    if (isnan(s->rate) || s->rate == 0)
        return c->host->fail(c, FRIT_EPARAM, "the heating rate of the %s is not known: give %s, in K/min",
                             names[port], rates[port]);
    if (s->per_mass)
        s->scale *= s->mass;
    return FRIT_OK;
}

static frit_status compare_scans(frit_call *c, const struct scan *s)
{
    static const char *const names[] = {"sample", "reference", "empty pans"};
    double low = -INFINITY, high = INFINITY;
    double from[3], to[3];
    for (int k = 0; k < 3; k++) {
        if (!s[k].there)
            continue;
        if (strcmp(s[k].unit, s[IN_SAMPLE].unit))
            return c->host->fail(c, FRIT_EDATA, "the curve of the %s is in %s, that of the sample in %s",
                                 names[k], s[k].unit, s[IN_SAMPLE].unit);
        if (!lookup_range(&s[k].curve, &from[k], &to[k]))
            return c->host->fail(c, FRIT_EDATA, "the curve of the %s has no measured point", names[k]);
        if (from[k] > high || to[k] < low)
            return c->host->fail(
                c, FRIT_EDATA,
                "the curve of the %s runs from %g to %g K, that of the sample from %g to %g K: "
                "they do not overlap",
                names[k], from[k], to[k], from[0], to[0]);
        low = fmax(low, from[k]);
        high = fmin(high, to[k]);
        if (fabs(s[k].rate / s[IN_SAMPLE].rate - 1) > 0.01)
            c->host->log(c, FRIT_WARNING,
                         "the %s was scanned at %g K/min, the sample at %g K/min: each is divided by its "
                         "own rate",
                         names[k], s[k].rate, s[IN_SAMPLE].rate);
    }
    return FRIT_OK;
}

/* ---- Pans ---- */

struct pans {
    double sample, reference; /* J/K of pan more than that of the empty run; 0: not corrected */
};

static frit_status weigh_pans(frit_call *c, const struct scan *s, struct pans *p)
{
    const P *q = c->params;
    bool any = isfinite(q->pan) || isfinite(q->reference_pan) || isfinite(q->blank_pan);
    *p = (struct pans){0};
    if (!any)
        return FRIT_OK;
    if (isnan(q->pan) || isnan(q->reference_pan) || (s[IN_BLANK].there && isnan(q->blank_pan)) ||
        isnan(q->pan_specific_heat))
        return c->host->fail(c, FRIT_EPARAM,
                             "to correct for the pans give pan, reference_pan%s and pan_specific_heat",
                             s[IN_BLANK].there ? ", blank_pan" : "");
    double empty = s[IN_BLANK].there ? q->blank_pan : 0;
    p->sample = 1e-3 * (q->pan - empty) * q->pan_specific_heat;
    p->reference = 1e-3 * (q->reference_pan - empty) * q->pan_specific_heat;
    return FRIT_OK;
}

/* ---- One temperature ---- */

struct result {
    double Cp, variance, factor;
};

/* Heat for each kelvin, less that of the empty pans, and its variance; false: not measured. */
static bool excess(const struct scan *s, const struct scan *blank, double T, double *D, double *variance)
{
    double y, v;
    if (!lookup_at(&s->curve, T, &y, &v))
        return false;
    double k = 60 * s->scale / s->rate;
    *D = k * y;
    *variance = k * k * v;
    if (!blank->there)
        return true;
    if (!lookup_at(&blank->curve, T, &y, &v))
        return false;
    k = 60 * blank->scale / blank->rate;
    *D -= k * y;
    return true;
}

static bool at_temperature(const P *q, const struct scan *s, const struct pans *pans, double T,
                           struct result *r)
{
    double Ds, Dr, var_s, var_r, y, var_0 = 0;
    double c = isfinite(q->reference_specific_heat) ? q->reference_specific_heat : sapphire_specific_heat(T);
    if (!excess(&s[IN_SAMPLE], &s[IN_BLANK], T, &Ds, &var_s) ||
        !excess(&s[IN_REFERENCE], &s[IN_BLANK], T, &Dr, &var_r) || isnan(c) || Dr == 0)
        return false;
    if (s[IN_BLANK].there) {
        double k = 60 * s[IN_BLANK].scale / s[IN_BLANK].rate;
        lookup_at(&s[IN_BLANK].curve, T, &y, &var_0);
        var_0 *= k * k;
    }
    double heat = 1e-3 * s[IN_REFERENCE].mass * c + pans->reference, m = 1e-3 * s[IN_SAMPLE].mass,
           ratio = Ds / Dr;
    r->Cp = (ratio * heat - pans->sample) / m;
    r->factor = 1e-3 * Dr / heat;
    /* the empty pans' noise is in both: d(Ds/Dr) = (dQs - ratio dQr - (1 - ratio) dQ0)/Dr */
    double variance = (var_s + ratio * ratio * var_r + (1 - ratio) * (1 - ratio) * var_0) / (Dr * Dr);
    r->variance = variance * heat * heat / (m * m);
    return isfinite(r->Cp) && isfinite(r->variance) && isfinite(r->factor);
}

/* ---- The isothermal levels ---- */

/* "sample -17.2 and -22 mW, ..." of the curves that were not aligned; "" where none is known. */
static void list_levels(const struct scan *s, char *out, size_t size)
{
    static const char *const names[] = {"sample", "reference", "empty pans"};
    size_t at = 0;
    out[0] = 0;
    for (int k = 0; k < 3 && at + 100 < size; k++)
        if (s[k].there && !s[k].aligned && (isfinite(s[k].level[0]) || isfinite(s[k].level[1])))
            at += (size_t)snprintf(out + at, size - at, "%s%s %.4g before and %.4g %s after", at ? ", " : "",
                                   names[k], s[k].level[0], s[k].level[1], s[k].unit);
}

/* How far the levels of two curves are apart. */
static double level_spread(const struct scan *s)
{
    double spread = 0;
    for (int i = 0; i < 2; i++) {
        double low = INFINITY, high = -INFINITY;
        for (int k = 0; k < 3; k++)
            if (s[k].there && isfinite(s[k].level[i])) {
                low = fmin(low, s[k].level[i] * s[k].scale);
                high = fmax(high, s[k].level[i] * s[k].scale);
            }
        spread = fmax(spread, high - low);
    }
    return isfinite(spread) ? spread : 0;
}

static frit_status judge(frit_call *c, const struct scan *s, const double *T, const struct result *r,
                         const bool *good, size_t n)
{
    char levels[400];
    double lowest = 0, at = 0, signal = 0;
    size_t negative = 0, count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!good[i])
            continue;
        count++;
        negative += r[i].Cp < 0;
        signal += fabs(r[i].factor * r[i].Cp) * s[IN_SAMPLE].mass * fabs(s[IN_SAMPLE].rate) / 60;
        if (r[i].Cp < lowest) {
            lowest = r[i].Cp;
            at = T[i];
        }
    }
    list_levels(s, levels, sizeof levels);
    double spread = level_spread(s);
    if (count && levels[0] && negative > count / 10)
        return c->host->fail(c, FRIT_EDATA,
                             "the specific heat comes out negative (%.3g J/(g K) at %.1f K): the isothermal "
                             "levels of the curves differ (%s); straighten each by align_isotherms first",
                             lowest, at, levels);
    if (count && negative > count / 2)
        return c->host->fail(
            c, FRIT_EDATA,
            "the specific heat comes out negative (%.3g J/(g K) at %.1f K): sample and reference "
            "have opposite signs; is exo = \"up\" or \"down\" right for each, and which curve is which?",
            lowest, at);
    if (count && levels[0] && spread > 0.05 * signal / (double)count)
        c->host->log(c, FRIT_WARNING,
                     "the isothermal levels of the curves differ by %.3g %s (%s), the signal is %.3g: "
                     "align_isotherms straightens them",
                     spread, s[0].unit, levels, signal / (double)count);
    return FRIT_OK;
}

/* ---- Outputs ---- */

static frit_status put(frit_call *c, uint32_t port, const double *T, const struct result *r, const bool *good,
                       size_t n, double factor)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *b = c->host->output(c, port, FRIT_F64, 1, &n,
                                     FRIT_WANT_MASK | (port == OUT_FACTOR ? 0 : FRIT_WANT_SIGMA));
    if (!b)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        b->axis[0][i] = T[i];
        b->mask[i] = !good[i];
        if (!good[i])
            continue;
        b->value[i] = port == OUT_FACTOR ? r[i].factor : factor * r[i].Cp;
        if (b->sigma)
            b->sigma[i] = factor * sqrt(r[i].variance);
    }
    return FRIT_OK;
}

frit_status specific_heat_run(frit_call *c)
{
    const P *q = c->params;
    struct scan s[3];
    struct pans pans;
    frit_status status = take_scan(c, IN_SAMPLE, q->mass, NAN, q->rate, q->pan, &s[0]);
    if (status == FRIT_OK)
        status = take_scan(c, IN_REFERENCE, q->reference_mass, q->reference_rate, q->rate, q->reference_pan,
                           &s[1]);
    if (status == FRIT_OK)
        status = take_scan(c, IN_BLANK, NAN, q->blank_rate, q->rate, q->blank_pan, &s[2]);
    if (status == FRIT_OK)
        status = compare_scans(c, s);
    if (status == FRIT_OK)
        status = weigh_pans(c, s, &pans);
    if (status != FRIT_OK)
        return status;
    size_t n = s[0].curve.n, found = 0;
    double *T = c->host->scratch(c, n + 1, sizeof *T);
    struct result *r = c->host->scratch(c, n + 1, sizeof *r);
    bool *good = c->host->scratch(c, n + 1, sizeof *good);
    if (!T || !r || !good)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        T[i] = s[0].curve.point[i].x;
        good[i] = s[0].curve.point[i].measured && at_temperature(q, s, &pans, T[i], &r[i]);
        found += good[i];
    }
    if (found == 0)
        return c->host->fail(
            c, FRIT_EDATA,
            "at no temperature of the sample (%g to %g K) are there all curves, and a specific "
            "heat of the reference (sapphire: 100 to 1200 K)",
            n ? T[0] : NAN, n ? T[n - 1] : NAN);
    status = judge(c, s, T, r, good, n);
    if (status == FRIT_OK)
        status = put(c, OUT_MASS, T, r, good, n, 1);
    if (status == FRIT_OK)
        status = put(c, OUT_FACTOR, T, r, good, n, 1);
    double molar;
    if (status == FRIT_OK && c->host->wanted(c, OUT_MOLE))
        status = molar_mass(c, &q->composition, "molar", &molar);
    if (status == FRIT_OK && c->host->wanted(c, OUT_MOLE))
        status = put(c, OUT_MOLE, T, r, good, n, molar);
    return status;
}
