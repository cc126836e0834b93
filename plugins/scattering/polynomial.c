/* From an intensity to a structure factor without theory: what varies slowly with Q is taken away as a
 * polynomial.
 *
 * P. Juhas, T. Davis, C. L. Farrow and S. J. L. Billinge, J. Appl. Cryst. 46 (2013) 560,
 * doi:10.1107/S0021889813005190.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "polynomial_fit.h"
#include "scattering.h"

enum { OUT_S, OUT_F };
enum { WEIGHT_F_SQ_MEAN, WEIGHT_F_MEAN_SQ };

const frit_port polynomial_inputs[] = {
    { .name = "intensity", .ndim = 1, .unit = "*", .axis_name = { "Q" }, .axis_unit = { "1/angstrom" },
      .doc = "intensity of the sample, background subtracted" },
    { 0 }
};

#define ON_Q .ndim = 1, .axis_name = { "@intensity.0" }, .axis_unit = { "@intensity.0" }
const frit_port polynomial_outputs[] = {
    { .name = "structure_factor", ON_Q, .unit = "1",
      .doc = "1 + F/Q: what `transform` takes; masked at Q = 0 and outside qmin to qmax" },
    { .name = "reduced_structure_factor", ON_Q, .unit = "1/angstrom",
      .doc = "F(Q) = Q [S(Q) - 1]; masked outside qmin to qmax" },
    { 0 }
};

#define P polynomial_params
const frit_param polynomial_table[] = {
    FRIT_COMPOSITION(P, composition, FRIT_PARAM_REQUIRED | FRIT_PARAM_SAMPLE,
                     "atoms of the sample: \"Zr52.5Cu17.9Ni14.6Al10Ti5\""),
    FRIT_F64(P, rpoly, "angstrom", 0.9, 0, 10, 0,
             "G(r) is changed below it: the polynomial's order is rpoly qmaxinst/pi"),
    FRIT_F64(P, qmaxinst, "1/angstrom", NAN, 0, 1000, 0,
             "last Q at which the intensity means anything; not given: of the data"),
    FRIT_F64(P, qmin, "1/angstrom", NAN, 0, 1000, 0,
             "points below it are masked in the outputs, but used by the fit; not given: none"),
    FRIT_F64(P, qmax, "1/angstrom", NAN, 0, 1000, 0, "points above it likewise; not given: qmaxinst"),
    FRIT_F64(P, highqratio, "1", 0.6, 0, 0.999, 0, "S is 1 on the average above highqratio qmaxinst"),
    FRIT_CHOICE(P, weight, "f_sq_mean|f_mean_sq", "the intensity is divided by <f^2> or by <f>^2"),
    FORM_TABLE_PARAMS(P),
    { 0 }
};

typedef struct theory {
    size_t n;
    double f_sq[];    /* what the intensity is divided by, at each point of the axis */
} theory;

frit_status polynomial_check(frit_call *c)
{
    const polynomial_params *p = c->params;
    if (p->qmin >= p->qmax)
        return c->host->fail(c, FRIT_EPARAM, "qmin = %g is not below qmax = %g 1/angstrom", p->qmin, p->qmax);
    if (p->qmax > p->qmaxinst)
        return c->host->fail(c, FRIT_EPARAM, "qmax = %g is above qmaxinst = %g 1/angstrom, where the "
                             "intensity ends to mean anything", p->qmax, p->qmaxinst);
    return form_tables_check(c, &p->tables, &p->composition);
}

frit_status polynomial_prepare(frit_call *c, void **plan)
{
    const polynomial_params *p = c->params;
    const frit_view *v = c->host->input(c, 0, 0);
    if (!v)
        return FRIT_EIO;
    theory *t = malloc(sizeof *t + v->shape[0] * sizeof *t->f_sq);
    if (!t)
        return FRIT_ENOMEM;
    *plan = t;
    t->n = v->shape[0];
    for (size_t i = 0; i < t->n; i++) {
        atom_averages a = form_tables_average(&p->tables, &p->composition, v->axis[0][i]);
        t->f_sq[i] = p->weight == WEIGHT_F_MEAN_SQ ? a.f_mean_sq : a.f_sq_mean;
    }
    return FRIT_OK;
}

/* ---- One curve ------------------------------------------------------------------------------- */

/* The measured points from Q = 0 to qmaxinst. */
typedef struct reduced {
    size_t  n;
    double *Q, *x, *F, *sigma;    /* x = Q/qmaxinst; sigma NULL: not known */
    size_t *origin;               /* on the axis */
    double  qmaxinst, scale;      /* of the intensity, so that S is 1 at high Q */
} reduced;

static double last_measured(const frit_view *v)
{
    double last = NAN;
    for (size_t i = 0; i < v->shape[0]; i++)
        if (!(v->mask && v->mask[i]) && isfinite(v->value[i]) && isfinite(v->axis[0][i]))
            last = fmax(last, v->axis[0][i]);    /* of a NaN and a number the number */
    return last;
}

static frit_status make_room(frit_call *c, const frit_view *v, reduced *r)
{
    size_t n = v->shape[0] + 1;
    r->Q = c->host->scratch(c, n, sizeof *r->Q);
    r->x = c->host->scratch(c, n, sizeof *r->x);
    r->F = c->host->scratch(c, n, sizeof *r->F);
    r->sigma = v->sigma ? c->host->scratch(c, n, sizeof *r->sigma) : NULL;
    r->origin = c->host->scratch(c, n, sizeof *r->origin);
    return r->Q && r->x && r->F && r->origin && (!v->sigma || r->sigma) ? FRIT_OK : FRIT_ENOMEM;
}

/* F holds I/f^2 at first. */
static void collect(const frit_view *v, const theory *t, reduced *r)
{
    for (size_t i = 0; i < t->n; i++) {
        double Q = v->axis[0][i], sigma = v->sigma ? v->sigma[i] : 0;
        bool measured = !(v->mask && v->mask[i]) && isfinite(v->value[i]) && isfinite(sigma);
        if (!measured || !(Q >= 0 && Q <= r->qmaxinst * (1 + 1e-9)) || !(t->f_sq[i] > 0))
            continue;
        r->Q[r->n] = Q;
        r->x[r->n] = Q / r->qmaxinst;
        r->F[r->n] = v->value[i] / t->f_sq[i];
        if (r->sigma)
            r->sigma[r->n] = sigma / t->f_sq[i];
        r->origin[r->n++] = i;
    }
}

static frit_status reduce(frit_call *c, reduced *r)
{
    const polynomial_params *p = c->params;
    double sum = 0, low = p->highqratio * r->qmaxinst;
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        sum += r->Q[i] > low ? r->F[i] : 0;
        n += r->Q[i] > low;
    }
    if (n == 0)
        return c->host->fail(c, FRIT_EDATA, "no measured point between highqratio qmaxinst = %g and "
                             "qmaxinst = %g 1/angstrom", low, r->qmaxinst);
    if (!(sum > 0))
        return c->host->fail(c, FRIT_EDATA, "the intensity is not positive on the average between %g and %g "
                             "1/angstrom: is too much background subtracted?", low, r->qmaxinst);
    r->scale = (double)n / sum;
    for (size_t i = 0; i < r->n; i++) {
        r->F[i] = r->Q[i] * (r->scale * r->F[i] - 1);
        if (r->sigma)
            r->sigma[i] *= r->Q[i] * r->scale;
    }
    return FRIT_OK;
}

static frit_status remove_polynomial(frit_call *c, reduced *r)
{
    const polynomial_params *p = c->params;
    double order = p->rpoly * r->qmaxinst / 3.14159265358979323846;
    if (order > 100)
        return c->host->fail(c, FRIT_EPARAM, "rpoly = %g angstrom and qmaxinst = %g 1/angstrom ask for a "
                             "polynomial of order %.0f: give a smaller rpoly", p->rpoly, r->qmaxinst, order);
    double *basis = c->host->scratch(c, ((size_t)ceil(order) + 1) * (r->n + 1), sizeof *basis);
    double *work = c->host->scratch(c, r->n + 1, sizeof *work);
    if (!basis || !work)
        return FRIT_ENOMEM;
    if (!polynomial_remove(r->n, r->x, r->F, r->sigma, order, basis, work))
        return c->host->fail(c, FRIT_EDATA, "%zu measured points do not bear a polynomial of order %.3g: "
                             "rpoly is too large, or too much is masked", r->n, order);
    return FRIT_OK;
}

static frit_status put(frit_call *c, uint32_t port, const frit_view *v, const reduced *r)
{
    const polynomial_params *p = c->params;
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 1, v->shape,
                                       FRIT_WANT_MASK | (r->sigma ? FRIT_WANT_SIGMA : 0));
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < v->shape[0]; i++) {
        out->axis[0][i] = v->axis[0][i];
        out->mask[i] = 1;
    }
    for (size_t i = 0; i < r->n; i++) {
        double Q = r->Q[i], divisor = port == OUT_S ? Q : 1;
        size_t at = r->origin[i];
        if (!(divisor > 0) || Q < p->qmin * (1 - 1e-9) || Q > p->qmax * (1 + 1e-9))
            continue;    /* the comparisons are false where no limit is given */
        out->mask[at] = 0;
        out->value[at] = (port == OUT_S ? 1 : 0) + r->F[i] / divisor;
        if (out->sigma)
            out->sigma[at] = r->sigma[i] / divisor;
    }
    c->host->set_text_attribute(c, port, "definition", port == OUT_S ?
                                "1 + F(Q)/Q, F = Q [alpha I/f^2 - 1] less a polynomial" :
                                "F(Q) = Q [alpha I/f^2 - 1] less a polynomial");
    c->host->set_text_attribute(c, port, "normalised", "polynomial");
    c->host->set_text_attribute(c, port, "absolute_scale", "lost");
    return FRIT_OK;
}

frit_status polynomial_run(frit_call *c)
{
    const polynomial_params *p = c->params;
    const frit_view *v = c->host->input(c, 0, 0);
    reduced r = { 0 };
    if (!v)
        return FRIT_EIO;
    const char *before = c->host->text_attribute(c, 0, "normalised");
    if (before)
        return c->host->fail(c, FRIT_EDATA, "this is a structure factor already (normalised: %s), not an "
                             "intensity: normalise once", before);
    double last = last_measured(v);
    r.qmaxinst = isnan(p->qmaxinst) ? last : fmin(p->qmaxinst, last);
    if (!(r.qmaxinst > 0))
        return c->host->fail(c, FRIT_EDATA, "there is no measured point at a positive Q");
    frit_status status = make_room(c, v, &r);
    if (status != FRIT_OK)
        return status;
    collect(v, c->plan, &r);
    status = reduce(c, &r);
    if (status == FRIT_OK)
        status = remove_polynomial(c, &r);
    if (status == FRIT_OK)
        status = put(c, OUT_S, v, &r);
    return status == FRIT_OK ? put(c, OUT_F, v, &r) : status;
}
