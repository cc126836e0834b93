/* oliver_pharr, oliver_pharr_cycles: hardness and modulus from the unloading of an indent.
 *
 * W. C. Oliver & G. M. Pharr, J. Mater. Res. 7 (1992) 1564, doi:10.1557/JMR.1992.1564, and 19 (2004) 3.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "analysis.h"

enum { IN_AREA = IN_SEGMENT + 1 };

const frit_port oliver_pharr_inputs[] = {RECORD_INPUTS, AREA_INPUT, {0}};

/* The numbers of a cycle: name, unit, what it is. */
#define NUMBERS(X)                                                                                           \
    X(hardness, "GPa", "H = P/A")                                                                            \
    X(modulus, "GPa", "of the sample, E; masked where Er is more than the indenter allows")                  \
    X(reduced_modulus, "GPa", "Er, of sample and indenter together")                                         \
    X(stiffness, "N/m", "S, the slope of the unloading at its beginning")                                    \
    X(max_load, "mN", "P, the load of the first unloading point")                                            \
    X(max_depth, "nm", "h, the depth of the first unloading point")                                          \
    X(contact_depth, "nm", "hc = h - epsilon P/S")                                                           \
    X(contact_area, "nm^2", "A(hc)")                                                                         \
    X(exponent, "1", "m of the power law")                                                                   \
    X(final_depth, "nm", "hf of the power law")                                                              \
    X(epsilon, "1", "of the contact depth")                                                                  \
    X(r_squared, "1", "of the power law within the window")                                                  \
    X(p_over_s2, "1/GPa", "P/S^2: does not depend on the tip's area")                                        \
    X(work_ratio, "1", "W_el/W_tot: does not depend on it either")                                           \
    X(hardness_from_work, "GPa", "from P/S^2 and the works alone, to some 30 %")

enum {
#define X(name, unit, doc) OUT_##name,
    NUMBERS(X)
#undef X
        N_NUMBERS
};

enum { OUT_FIT = N_NUMBERS, OUT_UNLOAD, OUT_CURVE };

#define OVER_DEPTH .unit = "mN", .ndim = 1, .axis_name = {"depth"}, .axis_unit = {"nm"}

const frit_port oliver_pharr_outputs[] = {
#define X(n, u, d) {.name = #n, .unit = u, .doc = d},
    NUMBERS(X)
#undef X
        {.name = "fit", OVER_DEPTH, .doc = "the power law over the whole unloading, for drawing"},
    {.name = "unload", OVER_DEPTH, .doc = "the points within the window"},
    {.name = "curve", OVER_DEPTH, .doc = "all points of the test, as the analysis saw them"},
    {0}};

const frit_port oliver_pharr_cycles_outputs[] = {
#define X(n, u, d) {.name = #n, .unit = u, .ndim = 1, .axis_name = {"cycle"}, .axis_unit = {"1"}, .doc = d},
    NUMBERS(X)
#undef X
        {0}};

#define T struct oliver_pharr
#define WINDOW_PARAMS                                                                                        \
    FRIT_RANGE(T, window, "1", "0 0.5", 0, 1, 0,                                                             \
               "part of the unloading that is fitted: NanoSuite's first half of the points, Anton Paar's "   \
               "0.4 to 0.98 of the load"),                                                                   \
        FRIT_CHOICE(T, window_of, "points|load",                                                             \
                    "whether the window counts the points of the unloading, or is of the peak load"),        \
        FRIT_F64(T, epsilon, "1", 0.75, 0, 1, 0, "of the contact depth: 0.75 for a paraboloid"),             \
        FRIT_CHOICE(T, epsilon_from, "value|exponent",                                                       \
                    "exponent: epsilon follows from m of each unloading"),                                   \
        TIP_PARAMS(T),                                                                                       \
        FRIT_CHOICE(T, beta_from, "value|hay",                                                               \
                    "hay: from Poisson's ratio, for a cone of Berkovich's area, instead of beta"),           \
        AREA_PARAM(T),                                                                                       \
        FRIT_F64(T, area_uncertainty, "1", 0, 0, 1, 0,                                                       \
                 "relative standard uncertainty of the area, in sigma of H and E"),                          \
        FRIT_F64(T, disagreement, "1", 0.5, 0, 1e9, 0,                                                       \
                 "a warning where H from the tip and H from the works differ by more than this part")

const frit_param oliver_pharr_params[] = {
    WINDOW_PARAMS, FRIT_I64(T, cycle, 0, 0, 100000, 0, "which unloading, from 1; 0: the last"), {0}};

const frit_param oliver_pharr_cycles_params[] = {WINDOW_PARAMS, {0}};

const char oliver_pharr_doc[] =
    "    P  = peak ((h - hf)/(hmax - hf))^m        least squares on the window\n"
    "    S  = m peak/(hmax - hf)                   the slope at hmax\n"
    "    hc = hmax - epsilon Pmax/S\n"
    "    A  = sum C[i] hc^(2/2^i)                  hc in nm\n"
    "    H  = Pmax/A\n"
    "    Er = sqrt(pi) S/(2 beta sqrt(A))\n"
    "    E  = (1 - nu^2)/(1/Er - (1 - nu_i^2)/E_i)\n"
    "\n"
    "hmax and Pmax are of the first unloading point, not means over the hold.  Which points are unloading "
    "says `segment`.  The "
    "window is part of the result: on a sample that creeps it moves S by up to 30 %.  `window = {0, 0.5}` "
    "takes the first half of "
    "the unloading's points (NanoSuite); `window_of = \"load\", window = {0.40, 0.98}` loads between 40 and "
    "98 % of the peak "
    "(Anton Paar).  m lies between 1 and 4.\n\n"
    "`epsilon_from = \"exponent\"`: epsilon = m [1 - (m - 1) 2 Gamma(m/(2(m-1)))/(sqrt(pi) "
    "Gamma(1/(2(m-1))))], 0.75 for m = 1.5. "
    "`beta_from = \"hay\"`: the correction of Hay, Bolshakov and Pharr for the sink-in under a cone of 70.32 "
    "degrees.\n\n"
    "Sigma: the covariance of the fit, scaled by its scatter, gives that of S; the first load and "
    "depth have that of their inputs, or else the noise of their curves (the median of their second "
    "differences); they are propagated through hc, with S acting on Er both itself and through A.  What all "
    "indents "
    "share (the area, by "
    "`area_uncertainty`; nu; the frame) is else not in it; nor is what differs between places of a sample: "
    "see `statistics`.  The sigma of the works and of the hardness from them follows each point through the "
    "areas and the fit.\n\n"
    "P/S^2 = pi H/(4 beta^2 Er^2) does not know the tip, nor does W_el/W_tot, which is 5.3 H/Er for a cone.  "
    "Both together give a "
    "hardness without the area, (W_el/W_tot/5.3)^2 pi/(4 beta^2) S^2/P, to some 30 % (the 5.3 is 4.8 on "
    "fused silica): where H differs from it by more than `disagreement` there is a warning.  An area that "
    "no indenter has (0.08 to 5 times 24.5 hc^2; more at small depth) is an error: coefficients for um taken "
    "for nm.\n\n"
    "Errors: no unloading; too few points or too little load in the window; an unloading that ends above the "
    "window; a load that "
    "stands still to the last bit while the depth goes on (saturation); a peak within the noise; a negative "
    "depth.";

const char oliver_pharr_cycles_doc[] =
    "The same as `oliver_pharr`, for each unloading of a test with partial unloads: curves over the number "
    "of the cycle. Cycles "
    "that cannot be evaluated are masked, with a warning; it is an error where none can.";

frit_status oliver_pharr_check(frit_call *c)
{
    const T *p = c->params;
    return area_check(c, &p->area);
}

static void numbers_of(const struct analysis *a, double *value, double *sigma)
{
    const struct contact_result *k = &a->contact;
    const struct {
        double v, s;
    } all[N_NUMBERS] = {[OUT_hardness] = {k->H, k->sigma_H},
                        [OUT_modulus] = {k->E, k->sigma_E},
                        [OUT_reduced_modulus] = {k->Er, k->sigma_Er},
                        [OUT_stiffness] = {1e6 * a->fit.S, 1e6 * a->fit.sigma_S},
                        [OUT_max_load] = {a->Pmax, a->sigma_P},
                        [OUT_max_depth] = {a->hmax, a->sigma_h},
                        [OUT_contact_depth] = {k->hc, k->sigma_hc},
                        [OUT_contact_area] = {k->A, k->sigma_A},
                        [OUT_exponent] = {a->fit.m, a->fit.sigma_m},
                        [OUT_final_depth] = {a->fit.hf, a->fit.sigma_hf},
                        [OUT_epsilon] = {k->epsilon, NAN},
                        [OUT_r_squared] = {a->fit.r_squared, NAN},
                        [OUT_p_over_s2] = {k->p_s2, k->sigma_p_s2},
                        [OUT_work_ratio] = {a->works.elastic / a->works.total, a->works.sigma_ratio},
                        [OUT_hardness_from_work] = {a->hardness_from_work, a->sigma_hardness_from_work}};
    for (int i = 0; i < N_NUMBERS; i++) {
        value[i] = all[i].v;
        sigma[i] = all[i].s;
    }
}

static frit_status begin(frit_call *c, struct record *r, struct cycle **cycle, size_t *n,
                         struct contact_settings *s)
{
    frit_status status = record_read(c, r, false, 1);
    if (status == FRIT_OK)
        status = record_cycles(c, r, cycle, n);
    if (status == FRIT_OK)
        status = record_uncertainty(c, r);
    return status == FRIT_OK ? analysis_settings(c, IN_AREA, s) : status;
}

/* ---- One cycle ---- */

static frit_status put_curves(frit_call *c, const struct record *r, const struct analysis *a)
{
    const size_t n = a->cycle.unload_end - a->cycle.unload;
    double *fit = c->host->scratch(c, n + 1, sizeof *fit);
    if (!fit)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++)
        fit[i] = unload_fit_at(&a->fit, r->h[a->cycle.unload + i]);
    frit_status status = write_curve(c, OUT_FIT, n, r->h + a->cycle.unload, fit, NULL);
    if (status == FRIT_OK)
        status = write_curve(c, OUT_UNLOAD, a->last - a->first, r->h + a->first, r->P + a->first, NULL);
    return status == FRIT_OK ? write_curve(c, OUT_CURVE, r->n, r->h, r->P, NULL) : status;
}

frit_status oliver_pharr_run(frit_call *c)
{
    const T *p = c->params;
    struct record r;
    struct cycle *cycle;
    struct contact_settings s;
    struct analysis a;
    size_t n;
    double value[N_NUMBERS], sigma[N_NUMBERS];
    frit_status status = begin(c, &r, &cycle, &n, &s);
    if (status != FRIT_OK)
        return status;
    if ((uint64_t)p->cycle > n)
        return record_fail(c, FRIT_EDATA, "there is no cycle %lld: the test has %zu", (long long)p->cycle, n);
    const size_t k = p->cycle ? (size_t)p->cycle : n;
    struct why why;
    if (!analysis_of_cycle(c, &r, &s, &cycle[k - 1], k, &a, &why))
        return record_fail(c, why.code, "%s", why.text);
    numbers_of(&a, value, sigma);
    for (uint32_t port = 0; port < N_NUMBERS && status == FRIT_OK; port++)
        status = write_number(c, port, value[port], sigma[port]);
    return status == FRIT_OK ? put_curves(c, &r, &a) : status;
}

/* ---- All cycles ---- */

static frit_status cycles_put(frit_call *c, size_t n, const double *number, const double *value,
                              const double *sigma)
{
    frit_status status = FRIT_OK;
    for (uint32_t port = 0; port < N_NUMBERS && status == FRIT_OK; port++) {
        const bool uncertain = port != OUT_epsilon && port != OUT_r_squared;
        status = write_curve(c, port, n, number, value + port * n, uncertain ? sigma + port * n : NULL);
    }
    return status;
}

frit_status oliver_pharr_cycles_run(frit_call *c)
{
    struct record r;
    struct cycle *cycle;
    struct contact_settings s;
    size_t n, good = 0;
    frit_status status = begin(c, &r, &cycle, &n, &s);
    if (status != FRIT_OK)
        return status;
    double *value = c->host->scratch(c, n * N_NUMBERS, sizeof *value),
           *sigma = c->host->scratch(c, n * N_NUMBERS, sizeof *sigma);
    double *number = c->host->scratch(c, n, sizeof *number);
    if (!value || !sigma || !number)
        return FRIT_ENOMEM;
    struct why why;
    for (size_t k = 0; k < n; k++) {
        struct analysis a;
        double v[N_NUMBERS], u[N_NUMBERS];
        number[k] = (double)k + 1;
        const bool found = analysis_of_cycle(c, &r, &s, &cycle[k], k + 1, &a, &why);
        if (found)
            numbers_of(&a, v, u);
        else
            record_warn(c, "cycle %zu of %zu is masked: %s", k + 1, n, why.text);
        for (size_t i = 0; i < N_NUMBERS; i++) {
            value[i * n + k] = found ? v[i] : NAN;
            sigma[i * n + k] = found ? u[i] : NAN;
        }
        good += found;
    }
    return good ? cycles_put(c, n, number, value, sigma) : record_fail(c, why.code, "%s", why.text);
}
