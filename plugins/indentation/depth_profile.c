/* depth_profile: hardness and modulus over the depth, from a dynamic measurement of the contact's stiffness.
 *
 * W. C. Oliver & G. M. Pharr, J. Mater. Res. 19 (2004) 3, doi:10.1557/jmr.2004.19.1.3 (continuous stiffness
 * measurement).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "analysis.h"
#include "shared/noise.h"

enum { IN_AREA = IN_STIFFNESS + 1 };

const frit_port depth_profile_inputs[] = {
    RECORD_INPUTS,
    {.name = "stiffness",
     .unit = "N/m",
     CURVE_OVER_TIME,
     .doc = "contact stiffness, measured dynamically, at the same times"},
    AREA_INPUT,
    {0}};

enum { OUT_HARDNESS, OUT_MODULUS, OUT_P_S2, OUT_MEAN_HARDNESS, OUT_MEAN_MODULUS, OUT_POINTS };
#define OVER_DEPTH .ndim = 1, .axis_name = {"depth"}, .axis_unit = {"nm"}
const frit_port depth_profile_outputs[] = {
    {.name = "hardness", .unit = "GPa", OVER_DEPTH, .doc = "over the depth of the loading"},
    {.name = "modulus", .unit = "GPa", OVER_DEPTH, .doc = "likewise"},
    {.name = "p_over_s2",
     .unit = "1/GPa",
     OVER_DEPTH,
     .doc = "P/S^2: constant where H and E are, whatever the tip"},
    {.name = "mean_hardness",
     .unit = "GPa",
     .doc = "within `average`; sigma is the standard deviation there"},
    {.name = "mean_modulus", .unit = "GPa", .doc = "likewise"},
    {.name = "points", .unit = "1", .doc = "how many lie within `average`"},
    {0}};

#define T struct depth_profile
const frit_param depth_profile_params[] = {
    FRIT_F64(T, epsilon, "1", 0.75, 0, 1, 0, "of the contact depth"),
    TIP_PARAMS(T),
    AREA_PARAM(T),
    FRIT_RANGE(T, average, "nm", NULL, 0, 1e9, 0, "depths to average over; not given: all"),
    {0}};

const char depth_profile_doc[] =
    "The equations of `oliver_pharr` at each point of the loading, with the "
    "stiffness that was measured dynamically instead of the slope of "
    "an unloading.  Points without a stiffness, or with one that is not "
    "positive, are left out; those that no contact depth belongs to are "
    "masked.  The amplitude of the oscillation biases P and h at small depths: "
    "the first tens of nm are the instrument's as much as the "
    "sample's.\n\n"
    "sigma: load, depth and stiffness have that of their inputs, or else the noise "
    "of their curves, of the stiffness among the 25 points on either side.";

frit_status depth_profile_check(frit_call *c)
{
    const T *p = c->params;
    return area_check(c, &p->area);
}

struct profile {
    size_t n;
    double *h, *H, *E, *p_s2, *S, *sS, *sH, *sE, *sp_s2;
    size_t *at; /* of the record */
};

/* The input's, or the noise among the points around: it grows with the stiffness. */
#define AROUND 25
static frit_status stiffness_uncertainty(frit_call *c, const struct record *r, struct profile *f)
{
    const frit_view *v = c->host->input(c, IN_STIFFNESS, 0);
    if (!v)
        return FRIT_EIO;
    for (size_t k = 0; k < f->n; k++) {
        const size_t a = k > AROUND ? k - AROUND : 0, b = k + AROUND < f->n ? k + AROUND + 1 : f->n;
        const double given = v->sigma ? v->sigma[r->at[f->at[k]]] : NAN;
        f->sS[k] = isfinite(given) ? given : noise_of(b - a, f->S + a, r->room);
    }
    return FRIT_OK;
}

static frit_status compute(frit_call *c, const struct record *r, const struct contact_settings *s,
                           struct profile *f)
{
    double **arrays[] = {&f->h, &f->H, &f->E, &f->p_s2, &f->S, &f->sS, &f->sH, &f->sE, &f->sp_s2};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        if (!(*arrays[i] = c->host->scratch(c, r->n + 1, sizeof(double))))
            return FRIT_ENOMEM;
    f->at = c->host->scratch(c, r->n + 1, sizeof *f->at);
    if (!f->at)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < r->n; i++)
        if (r->phase[i] == PHASE_LOAD && r->S[i] > 0 && r->P[i] > 0) {
            f->S[f->n] = r->S[i];
            f->at[f->n++] = i;
        }
    frit_status status = stiffness_uncertainty(c, r, f);
    if (status != FRIT_OK)
        return status;
    double deepest = 0;
    for (size_t k = 0; k < f->n; k++) {
        struct contact_result e;
        const size_t i = f->at[k];
        const double S = 1e-6 * f->S[k], hc = r->h[i] - s->epsilon * r->P[i] / S;
        f->h[k] = r->h[i];
        contact_evaluate(s, r->P[i], r->sP[i], r->h[i], r->sh[i], S, 1e-6 * f->sS[k], 1.5, &e);
        f->H[k] = hc > 0 && e.A > 0 ? e.H : NAN;
        f->E[k] = hc > 0 && e.E > 0 ? e.E : NAN;
        f->p_s2[k] = e.p_s2;
        f->sH[k] = e.sigma_H;
        f->sE[k] = e.sigma_E;
        f->sp_s2[k] = e.sigma_p_s2;
        deepest = fmax(deepest, hc);
    }
    if (f->n == 0)
        return record_fail(c, FRIT_EDATA,
                           "no point of the loading has a stiffness: is this a dynamic test (CSM)?");
    struct why why;
    if (deepest > 0 && !area_plausible(&s->area, deepest, &why))
        return record_fail(c, why.code, "%s", why.text);
    return FRIT_OK;
}

static frit_status put_mean(frit_call *c, uint32_t port, const struct profile *f, const double *x,
                            size_t *points)
{
    const T *p = c->params;
    double mean = 0, square = 0;
    size_t n = 0;
    for (int pass = 0; pass < 2; pass++) {
        n = 0;
        for (size_t i = 0; i < f->n; i++) {
            if (!isfinite(x[i]) ||
                (!isnan(p->average.from) && !(f->h[i] >= p->average.from && f->h[i] <= p->average.to)))
                continue;
            n++;
            if (pass == 0)
                mean += x[i];
            else
                square += (x[i] - mean) * (x[i] - mean);
        }
        if (pass == 0)
            mean /= (double)n;
    }
    *points = n;
    return write_number(c, port, n ? mean : NAN, n > 1 ? sqrt(square / (double)(n - 1)) : NAN);
}

frit_status depth_profile_run(frit_call *c)
{
    const T *p = c->params;
    struct record r;
    struct profile f = {.n = 0};
    size_t points;
    struct contact_settings s = {.beta = p->beta,
                                 .indenter_modulus = p->indenter_modulus,
                                 .indenter_poisson = p->indenter_poisson,
                                 .epsilon = p->epsilon};
    frit_status status = record_read(c, &r, true, 1);
    if (status != FRIT_OK)
        return status;
    status = record_uncertainty(c, &r);
    if (status != FRIT_OK)
        return status;
    s.poisson = poisson_of(c, p->poisson);
    status = area_settings(c, IN_AREA, &p->area, p->area_unit == 1, &s.area);
    if (status == FRIT_OK)
        status = compute(c, &r, &s, &f);
    const double *curves[] = {f.H, f.E, f.p_s2}, *sigma[] = {f.sH, f.sE, f.sp_s2};
    for (uint32_t k = 0; k < 3 && status == FRIT_OK; k++)
        status = write_curve(c, OUT_HARDNESS + k, f.n, f.h, curves[k], sigma[k]);
    if (status == FRIT_OK)
        status = put_mean(c, OUT_MEAN_MODULUS, &f, f.E, &points);
    if (status == FRIT_OK)
        status = put_mean(c, OUT_MEAN_HARDNESS, &f, f.H, &points);
    return status == FRIT_OK ? write_number(c, OUT_POINTS, (double)points, NAN) : status;
}
