/* area_function: the area of a tip over its contact depth, from unloads of a reference whose modulus is
 * known.
 *
 * W. C. Oliver & G. M. Pharr, J. Mater. Res. 7 (1992) 1564, doi:10.1557/JMR.1992.1564, section III.C.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit.h>
#include <math.h>
#include <stdlib.h>

#include "indentation.h"
#include "record.h"
#include "reference.h"
#include "unload.h"

const frit_port area_function_inputs[] = {REFERENCE_INPUTS, {0}};

enum { OUT_COEFFICIENTS, OUT_POINTS, OUT_FIT, OUT_RESIDUAL };

#define OVER_DEPTH .ndim = 1, .axis_name = {"contact depth"}, .axis_unit = {"nm"}
const frit_port area_function_outputs[] = {
    {.name = "area_function",
     .unit = "1",
     .ndim = 1,
     .doc = "C[0], C[1], ..., for nm; sigma from the scatter"},
    {.name = "points", .unit = "nm^2", OVER_DEPTH, .doc = "the area of each unload, from its stiffness"},
    {.name = "fit", .unit = "nm^2", OVER_DEPTH, .doc = "the function at the same depths, for drawing"},
    {.name = "residual", .unit = "1", OVER_DEPTH, .doc = "points/fit - 1"},
    {0}};

#define PARAMS struct area_function
const frit_param area_function_params[] = {
    FRIT_F64(PARAMS, modulus, "GPa", 72, 0.1, 1e4, 0, "of the reference: fused silica's"),
    FRIT_F64(PARAMS, poisson, "1", 0.18, -1, 0.5, 0, "of the reference: fused silica's"),
    FRIT_F64(PARAMS, indenter_modulus, "GPa", 1141, 1, 1e5, 0, "Young's modulus of the indenter: diamond's"),
    FRIT_F64(PARAMS, indenter_poisson, "1", 0.07, -1, 0.5, 0, "Poisson's ratio of the indenter"),
    FRIT_F64(PARAMS, epsilon, "1", 0.75, 0, 1, 0, "of the contact depth"),
    FRIT_F64(PARAMS, beta, "1", 1, 0.5, 2, 0, "the same as in the analysis that will use the function"),
    FRIT_I64(PARAMS, terms, 3, 1, 9, 0, "how many coefficients"),
    FRIT_F64(PARAMS, first, "1", NAN, 0.1, 1000, 0,
             "C[0], held there: 24.5 for a Berkovich tip; not given: fitted too"),
    {0}};

const char area_function_doc[] =
    "    A(hc) = (pi/4) (S/(beta Er))^2,  hc = hmax - epsilon P/S,  A = sum C[i] hc^(2/2^i)\n"
    "\n"
    "by linear least squares of the relative deviations, with as many coefficients as `terms` says.  S must "
    "be without the frame's share "
    "(`frame_compliance`).  The function holds from the smallest to the largest contact depth of the "
    "reference: beyond, with several "
    "terms, it can be anything.  Give it to `oliver_pharr` as `area_function`.  An error where there are "
    "fewer unloads than "
    "coefficients; a warning where the area does not grow with the depth within the range.";

struct solution {
    struct area area;
    double sigma[AREA_TERMS];
};

/* Columns hc^p/A: what the fit of 1 by 1 minimises are relative deviations. */
static bool solve(const double *hc, const double *A, size_t n, size_t terms, double first, struct solution *s)
{
    const size_t held = !isnan(first), free_terms = terms - held;
    s->area.n = terms;
    if (held)
        s->area.c[0] = first;
    if (free_terms == 0)
        return true;
    gsl_set_error_handler_off();
    gsl_matrix *X = gsl_matrix_alloc(n, free_terms), *cov = gsl_matrix_alloc(free_terms, free_terms);
    gsl_vector *y = gsl_vector_alloc(n), *c = gsl_vector_alloc(free_terms);
    gsl_multifit_linear_workspace *w = gsl_multifit_linear_alloc(n, free_terms);
    double chi2;
    bool good = X && cov && y && c && w;
    for (size_t i = 0; i < n && good; i++) {
        for (size_t k = 0; k < free_terms; k++)
            gsl_matrix_set(X, i, k, pow(hc[i], ldexp(2, -(int)(k + held))) / A[i]);
        gsl_vector_set(y, i, 1 - (held ? first * hc[i] * hc[i] / A[i] : 0));
    }
    good = good && gsl_multifit_linear(X, y, c, cov, &chi2, w) == GSL_SUCCESS;
    for (size_t k = 0; k < free_terms && good; k++) {
        s->area.c[k + held] = gsl_vector_get(c, k);
        s->sigma[k + held] = sqrt(fmax(gsl_matrix_get(cov, k, k), 0)); /* scaled by chi2/(n - terms) there */
    }
    gsl_multifit_linear_free(w);
    gsl_vector_free(c);
    gsl_vector_free(y);
    gsl_matrix_free(cov);
    gsl_matrix_free(X);
    return good;
}

static frit_status put_coefficients(frit_call *c, const struct solution *s)
{
    if (!c->host->wanted(c, OUT_COEFFICIENTS))
        return FRIT_OK;
    frit_buffer *out = c->host->output(c, OUT_COEFFICIENTS, FRIT_F64, 1, &s->area.n, FRIT_WANT_SIGMA);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < s->area.n; i++) {
        out->value[i] = s->area.c[i];
        out->sigma[i] = isfinite(s->sigma[i]) ? s->sigma[i] : 0;
    }
    return FRIT_OK;
}

static void warn_of_shape(frit_call *c, const struct area *area, const double *hc, size_t n)
{
    double low = hc[0], high = hc[0];
    for (size_t i = 1; i < n; i++) {
        low = fmin(low, hc[i]);
        high = fmax(high, hc[i]);
    }
    for (int k = 0; k <= 100; k++) {
        double slope, at = low + (high - low) * k / 100;
        if (area_at(area, at, &slope) > 0 && slope > 0)
            continue;
        c->host->log(c, FRIT_WARNING, "the area does not grow with the depth at %.4g nm: use fewer terms",
                     at);
        return;
    }
}

static frit_status put_curves(frit_call *c, const struct area *area, const double *hc, const double *A,
                              size_t n)
{
    double *fit = c->host->scratch(c, 2 * n + 1, sizeof *fit), *residual = fit + n;
    if (!fit)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        fit[i] = area_at(area, hc[i], NULL);
        residual[i] = A[i] / fit[i] - 1;
    }
    frit_status status = write_curve(c, OUT_POINTS, n, hc, A, NULL);
    if (status == FRIT_OK)
        status = write_curve(c, OUT_FIT, n, hc, fit, NULL);
    return status == FRIT_OK ? write_curve(c, OUT_RESIDUAL, n, hc, residual, NULL) : status;
}

frit_status area_function_run(frit_call *c)
{
    const PARAMS *p = c->params;
    const size_t terms = (size_t)p->terms;
    const double Er = reduced_modulus_of(p->modulus, p->poisson, p->indenter_modulus, p->indenter_poisson);
    struct reference r;
    struct solution s = {.area = {.n = 0}};
    frit_status status = reference_read(c, &r);
    if (status != FRIT_OK)
        return status;
    double *hc = c->host->scratch(c, 2 * r.n + 1, sizeof *hc), *A = hc + r.n;
    if (!hc)
        return FRIT_ENOMEM;
    size_t n = 0;
    for (size_t i = 0; i < r.n; i++) {
        const double depth = r.h[i] - p->epsilon * r.P[i] / r.S[i];
        if (!(depth > 0))
            continue;
        hc[n] = depth;
        A[n++] = M_PI / 4 * pow(1e6 * r.S[i] / (p->beta * Er), 2);
    }
    if (n < terms - !isnan(p->first) + 1)
        return c->host->fail(
            c, FRIT_EDATA,
            "%zu unloads with a contact depth above zero cannot settle %zu coefficients: more unloads, or "
            "fewer terms",
            n, terms - !isnan(p->first));
    if (!solve(hc, A, n, terms, p->first, &s))
        return c->host->fail(c, FRIT_ENUMERIC,
                             "the coefficients of the area function cannot be solved for: use fewer terms");
    warn_of_shape(c, &s.area, hc, n);
    status = put_coefficients(c, &s);
    return status == FRIT_OK ? put_curves(c, &s.area, hc, A, n) : status;
}
