/* relaxation_enthalpy: the heat that a glass gives off below its glass transition.
 *
 *     H = integral from T1 to T2 of (C_ref - C) dT,  C_ref: second scan, or the glass line continued
 *
 * A. van den Beukel and J. Sietsma, Acta Metall. Mater. 38, 383 (1990), doi:10.1016/0956-7151(90)90142-4.
 * Everything here is a weighted sum of measured differences: so is its variance.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calorimetry.h"

#include <math.h>

#define P struct relaxation_enthalpy
#define CP(name_, flags_, doc_)                                                                              \
    {                                                                                                        \
        .name = name_, .unit = "J/(g K)", .ndim = 1, .axis_name = {"T"}, .axis_unit = {"K"},                 \
        .flags = flags_, .doc = doc_                                                                         \
    }

enum { IN_FIRST, IN_SECOND, IN_TG, IN_TX };
const frit_port relaxation_enthalpy_inputs[] = {
    CP("first", 0, "specific heat of the first scan"),
    CP("second", FRIT_PORT_OPTIONAL, "that of the second scan of the same sample"),
    {.name = "tg",
     .unit = "K",
     .ndim = 0,
     .flags = FRIT_PORT_OPTIONAL,
     .doc = "glass transition (of the second scan): the upper limit, and the start of the liquid"},
    {.name = "tx",
     .unit = "K",
     .ndim = 0,
     .flags = FRIT_PORT_OPTIONAL,
     .doc = "crystallisation: the end of the liquid"},
    {0}};

enum { OUT_MASS, OUT_MOLE, OUT_DIFFERENCE, OUT_REFERENCE, OUT_LIMITS };
const frit_port relaxation_enthalpy_outputs[] = {
    {.name = "enthalpy", .unit = "J/g", .ndim = 0, .doc = "released: positive"},
    {.name = "molar_enthalpy",
     .unit = "kJ/mol",
     .ndim = 0,
     .doc = "per mole of atoms; needs the composition"},
    CP("difference", 0, "reference less first scan, between the limits: what is integrated"),
    CP("reference", 0, "the second scan, shifted onto the first one; or the glass line"),
    CP("limits", 0, "the reference at the lower and at the upper limit"),
    {0}};

const frit_param relaxation_enthalpy_params[] = {
    FRIT_CHOICE(P, reference, "second|glass",
                "second: the second scan; glass: the line of the first scan's window `low`, "
                "continued"),
    FRIT_RANGE(P, low, "K", "338 368", 0, 1e4, 0, "where nothing relaxes yet"),
    FRIT_RANGE(P, liquid, "K", NULL, 0, 1e4, 0,
               "where both scans are supercooled liquid; not given: from Tg + 22 K to Tx - 9 K"),
    FRIT_F64(P, from, "K", 335, 0, 1e4, 0, "lower limit"),
    FRIT_F64(P, to, "K", NAN, 0, 1e4, 0, "upper limit; not given: Tg"),
    FRIT_COMPOSITION(P, composition, FRIT_PARAM_SAMPLE, "for the enthalpy per mole of atoms"),
    {0}};

const char relaxation_enthalpy_doc[] =
    "    H = integral from T1 to T2 of (C_ref - C_first) dT\n"
    "\n"
    "positive where heat is released. T1 is `from`, T2 is `to`, or the connected `tg`.\n"
    "\n"
    "**Reference `second`** (the default): the second scan of the same sample, after it was heated into the "
    "supercooled liquid and cooled. Scans do not lie on each other by themselves: the second one is shifted "
    "by a straight line through the mean differences in the windows `low`, where nothing relaxes yet, and "
    "`liquid`, where both scans are the same liquid. The line also takes off what has relaxed within `low`: "
    "with 338 to 368 K and a relaxation that starts at 390 K the enthalpy comes out 0.4 to 1.2 % low.\n"
    "\n"
    "**Reference `glass`**: the line through the first scan's window `low`, continued up to T2. It needs no "
    "second scan, and gives another number: the heat capacity of the relaxed glass rises less (or more) "
    "than the line, and no window in the liquid checks it. In a simulated Zr-based glass deformed by "
    "torsion 0.656 kJ/mol becomes 0.52 by the line of 338 to 368 K, 0.61 by that of 323 to 353 K and 0.37 "
    "by that of 350 to 380 K, and 30 K of noisy points, continued over 300 K, leave it uncertain by 0.06. "
    "The attribute `reference` says which one a number was made with, `limit_from` and `limit_to` within "
    "which limits; a figure that shows the enthalpy should draw `difference` or `reference`, and `limits`.\n"
    "\n"
    "sigma: with C measured at points, H = sum c_i C_i, c_i from the trapezoids, the shift and the line; "
    "its variance is s^2 sum c_i c_j rho^|i - j|, s the scatter of the points (of the differences) and rho "
    "the correlation of neighbours, found over all of the curve; s is that about straight lines in the "
    "windows where it is larger. What is "
    "common to both scans (the empty pans' and sapphire's noise) falls out of the differences, and so out "
    "of sigma. The uncertainty of Tg adds (C_ref - C)(T2) times its own.";

struct sum {
    struct thermal_curve k; /* differences (second) or the first scan (glass) */
    double *weight;
    double noise;            /* s.d. of a point times the root of the inflation */
    struct line low, liquid; /* fits in the windows */
    double from, to, s_to;
    double shift_low, shift_liquid, T_low, T_liquid;
};

static frit_status scalar(frit_call *c, uint32_t port, double *value, double *sigma)
{
    *value = NAN;
    *sigma = 0;
    if (!c->host->n_inputs(c, port))
        return FRIT_OK;
    const frit_view *v = c->host->input(c, port, 0);
    if (!v)
        return FRIT_EIO;
    if ((v->mask && v->mask[0]) || !isfinite(v->value[0]))
        return c->host->fail(c, FRIT_EDATA, "%s is not measured", port == IN_TG ? "Tg" : "Tx");
    *value = v->value[0];
    *sigma = v->sigma && isfinite(v->sigma[0]) ? v->sigma[0] : 0;
    return FRIT_OK;
}

static frit_status find_limits(frit_call *c, struct sum *s, frit_range *liquid)
{
    const P *p = c->params;
    double Tg, Tx, s_Tg, s_Tx;
    frit_status status = scalar(c, IN_TG, &Tg, &s_Tg);
    if (status == FRIT_OK)
        status = scalar(c, IN_TX, &Tx, &s_Tx);
    if (status != FRIT_OK)
        return status;
    s->from = p->from;
    s->to = isfinite(p->to) ? p->to : Tg;
    s->s_to = isfinite(p->to) ? 0 : s_Tg;
    *liquid = isfinite(p->liquid.from) ? p->liquid : (frit_range){Tg + 22, Tx - 9};
    if (isnan(s->to))
        return c->host->fail(c, FRIT_EPARAM, "the upper limit is not known: give to, or connect tg");
    if (!(s->from < s->to))
        return c->host->fail(c, FRIT_EPARAM, "the limits are %g and %g K: from must lie below to", s->from,
                             s->to);
    if (p->reference == REFERENCE_SECOND && !(liquid->from < liquid->to))
        return c->host->fail(c, FRIT_EPARAM,
                             "there is no window in the liquid (%g to %g K): give liquid = { from, to }, or "
                             "connect tg and tx; Tx must lie more than 31 K above Tg for it",
                             liquid->from, liquid->to);
    return FRIT_OK;
}

static frit_status fit_window(frit_call *c, const struct thermal_curve *k, const char *name,
                              frit_range window, struct line *l)
{
    if (line_fit(k, window.from, window.to, l) && l->n >= 5)
        return FRIT_OK;
    return c->host->fail(
        c, FRIT_EDATA,
        "%zu points lie in the window `%s`, %g to %g K: 5 are needed (the scans run from %g to "
        "%g K)",
        l->n, name, window.from, window.to, k->T[0], k->T[k->n - 1]);
}

static frit_status check_reach(frit_call *c, const struct sum *s)
{
    if (s->k.n >= 2 && s->k.T[0] <= s->from && s->k.T[s->k.n - 1] >= s->to)
        return FRIT_OK;
    return c->host->fail(c, FRIT_EDATA, "the scans run together from %g to %g K, the limits are %g and %g K",
                         s->k.n ? s->k.T[0] : NAN, s->k.n ? s->k.T[s->k.n - 1] : NAN, s->from, s->to);
}

/* ---- The two references ---- */

static void weight_mean(const struct line *l, double factor, double *weight)
{
    for (size_t i = l->first; i < l->first + l->n; i++)
        weight[i] += factor / (double)l->n;
}

/* Differences where both scans are measured; their line through the two windows is taken off. */
static frit_status against_second(frit_call *c, const struct thermal_curve *first, frit_range liquid,
                                  struct sum *s)
{
    const P *p = c->params;
    struct thermal_curve second;
    if (!c->host->n_inputs(c, IN_SECOND))
        return c->host->fail(c, FRIT_EPARAM,
                             "no second scan is connected: give second, or reference = \"glass\"");
    frit_status status = curve_take(c, IN_SECOND, "second scan", &second);
    if (status != FRIT_OK)
        return status;
    for (size_t i = 0; i < first->n; i++) {
        double reference = curve_at(&second, first->T[i]);
        if (isnan(reference))
            continue;
        s->k.T[s->k.n] = first->T[i];
        s->k.y[s->k.n++] = reference - first->y[i];
    }
    status = check_reach(c, s);
    if (status == FRIT_OK)
        status = fit_window(c, &s->k, "low", p->low, &s->low);
    if (status == FRIT_OK)
        status = fit_window(c, &s->k, "liquid", liquid, &s->liquid);
    if (status != FRIT_OK)
        return status;
    s->T_low = s->low.T0;
    s->T_liquid = s->liquid.T0;
    s->shift_low = s->low.a;
    s->shift_liquid = s->liquid.a;
    double length = s->to - s->from, middle = ((s->from + s->to) / 2 - s->T_low) / (s->T_liquid - s->T_low);
    weight_integral(&s->k, s->from, s->to, 1, s->weight);
    weight_mean(&s->low, -length * (1 - middle), s->weight);
    weight_mean(&s->liquid, -length * middle, s->weight);
    s->noise = fmax(s->low.noise * sqrt(s->low.inflation), s->liquid.noise * sqrt(s->liquid.inflation));
    return FRIT_OK;
}

static frit_status against_glass(frit_call *c, const struct thermal_curve *first, struct sum *s)
{
    const P *p = c->params;
    s->k = *first;
    frit_status status = check_reach(c, s);
    if (status == FRIT_OK)
        status = fit_window(c, &s->k, "low", p->low, &s->low);
    if (status != FRIT_OK)
        return status;
    weight_integral(&s->k, s->from, s->to, -1, s->weight);
    weight_line(&s->k, &s->low, s->from, s->to, 1, s->weight);
    s->noise = s->low.noise * sqrt(s->low.inflation);
    return FRIT_OK;
}

/* Of the integral: by the noise of the whole curve, of the windows' size where that is larger. */
static double sum_variance(const P *p, struct sum *s)
{
    struct noise noise;
    double squares = 0;
    curve_noise(&s->k, &noise);
    bool two = p->reference == REFERENCE_SECOND;
    if (line_set_noise(&s->k, &s->low, &noise) && (!two || line_set_noise(&s->k, &s->liquid, &noise))) {
        double low = s->low.noise, liquid = two ? s->liquid.noise : low;
        noise.s = fmax(noise.s, sqrt((low * low + liquid * liquid) / 2));
        return noise_of_sum(&noise, s->weight, s->k.n);
    }
    for (size_t i = 0; i < s->k.n; i++)
        squares += s->weight[i] * s->weight[i];
    return s->noise * s->noise * squares;
}

/* What is integrated at T. */
static double difference_at(const P *p, const struct sum *s, double T)
{
    if (p->reference == REFERENCE_GLASS)
        return line_at(&s->low, T) - curve_at(&s->k, T);
    double u = (T - s->T_low) / (s->T_liquid - s->T_low);
    return curve_at(&s->k, T) - (1 - u) * s->shift_low - u * s->shift_liquid;
}

/* ---- Outputs ---- */

static frit_status put_curves(frit_call *c, const struct thermal_curve *first, const struct sum *s)
{
    const P *p = c->params;
    double *T = c->host->scratch(c, s->k.n + 2, sizeof *T), *D = c->host->scratch(c, s->k.n + 2, sizeof *D);
    double *R = c->host->scratch(c, s->k.n + 2, sizeof *R);
    if (!T || !D || !R)
        return FRIT_ENOMEM;
    size_t n = 0;
    T[n++] = s->from;
    for (size_t i = 0; i < s->k.n; i++)
        if (s->k.T[i] > s->from && s->k.T[i] < s->to)
            T[n++] = s->k.T[i];
    T[n++] = s->to;
    for (size_t i = 0; i < n; i++) {
        D[i] = difference_at(p, s, T[i]);
        R[i] = curve_at(first, T[i]) + D[i];
    }
    frit_status status = put_points(c, OUT_DIFFERENCE, n, T, D);
    if (status == FRIT_OK)
        status = put_points(c, OUT_REFERENCE, n, T, R);
    return status == FRIT_OK
               ? put_points(c, OUT_LIMITS, 2, (double[]){s->from, s->to}, (double[]){R[0], R[n - 1]})
               : status;
}

static void set_attributes(frit_call *c, const struct sum *s)
{
    const P *p = c->params;
    for (uint32_t port = OUT_MASS; port <= OUT_LIMITS; port++) {
        if (!c->host->wanted(c, port))
            continue;
        c->host->set_text_attribute(c, port, "reference",
                                    p->reference == REFERENCE_GLASS ? "glass line continued" : "second scan");
        c->host->set_attribute(c, port, "limit_from", "K", s->from);
        c->host->set_attribute(c, port, "limit_to", "K", s->to);
    }
}

frit_status relaxation_enthalpy_run(frit_call *c)
{
    const P *p = c->params;
    struct thermal_curve first;
    struct sum s = {.from = 0};
    frit_range liquid;
    frit_status status = curve_take(c, IN_FIRST, "first scan", &first);
    if (status == FRIT_OK)
        status = find_limits(c, &s, &liquid);
    if (status != FRIT_OK)
        return status;
    s.k.T = c->host->scratch(c, first.n + 1, sizeof *s.k.T);
    s.k.y = c->host->scratch(c, first.n + 1, sizeof *s.k.y);
    s.weight = c->host->scratch(c, first.n + 1, sizeof *s.weight);
    if (!s.k.T || !s.k.y || !s.weight)
        return FRIT_ENOMEM;
    status = p->reference == REFERENCE_GLASS ? against_glass(c, &first, &s)
                                             : against_second(c, &first, liquid, &s);
    if (status != FRIT_OK)
        return status;
    double H = 0;
    for (size_t i = 0; i < s.k.n; i++)
        H += s.weight[i] * s.k.y[i];
    double edge = difference_at(p, &s, s.to) * s.s_to, sigma = sqrt(sum_variance(p, &s) + edge * edge), M;
    status = put_number(c, OUT_MASS, H, sigma);
    if (status == FRIT_OK && c->host->wanted(c, OUT_MOLE))
        status = molar_mass(c, &p->composition, "molar_enthalpy", &M);
    if (status == FRIT_OK && c->host->wanted(c, OUT_MOLE))
        status = put_number(c, OUT_MOLE, 1e-3 * M * H, 1e-3 * M * sigma);
    if (status == FRIT_OK)
        status = put_curves(c, &first, &s);
    if (status == FRIT_OK)
        set_attributes(c, &s);
    return status;
}
