/* From a corrected intensity to the structure factor: find the scale, subtract what atoms scatter alone.
 *
 * The Faber-Ziman structure factor, T. E. Faber and J. M. Ziman, Phil. Mag. 11 (1965) 153,
 * doi:10.1080/14786436508211931.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "atomic_weights.h"
#include "atoms.h"
#include "lookup.h"
#include "normalisation.h"
#include "scattering.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IN_INTENSITY, IN_COMPTON, IN_MULTIPLE };
enum { OUT_S, OUT_ALPHA, OUT_ALPHA_HIGH_Q, OUT_ALPHA_KROGH_MOE };
enum { METHOD_KROGH_MOE, METHOD_HIGH_Q };

#define ON_Q .ndim = 1, .axis_name = { "Q" }, .axis_unit = { "1/angstrom" }
const frit_port normalise_inputs[] = {
    { .name = "intensity", ON_Q, .unit = "*", .doc = "corrected intensity I of the sample alone" },
    { .name = "compton", ON_Q, .unit = "electron", .flags = FRIT_PORT_OPTIONAL,
      .doc = "Compton scattering C per atom; not connected: 0" },
    { .name = "multiple", ON_Q, .unit = "electron", .flags = FRIT_PORT_OPTIONAL,
      .doc = "multiple scattering M per atom; not connected: 0" },
    { 0 }
};

const frit_port normalise_outputs[] = {
    { .name = "structure_factor", .ndim = 1, .unit = "1", .axis_name = { "@intensity.0" },
      .axis_unit = { "@intensity.0" },
      .doc = "S(Q) of Faber and Ziman; its sigma is that of the intensity, alpha taken as exact" },
    { .name = "alpha", .unit = "*", .doc = "the factor used: electron units per unit of intensity" },
    { .name = "alpha_high_q", .unit = "*",
      .doc = "the same by the high-Q ratio, as a check; masked if it cannot be had" },
    { .name = "alpha_krogh_moe", .unit = "*",
      .doc = "the same by Krogh-Moe and Norman; masked if it cannot be had" },
    { 0 }
};

const frit_param normalise_table[] = {
    FRIT_COMPOSITION(normalise_params, composition, FRIT_PARAM_REQUIRED | FRIT_PARAM_SAMPLE,
                     "atoms of the sample: \"Zr52.5Cu17.9Ni14.6Al10Ti5\""),
    FRIT_F64(normalise_params, density, "g/cm^3", NAN, 1e-6, 30, FRIT_PARAM_SAMPLE,
             "of the sample; with the composition it gives number_density"),
    FRIT_F64(normalise_params, number_density, "1/angstrom^3", NAN, 1e-9, 1, FRIT_PARAM_SAMPLE,
             "atoms per volume, instead of the density"),
    FRIT_CHOICE(normalise_params, method, "krogh-moe|high-q",
                "krogh-moe: from the sum rule, needs the density; high-q: S = 1 on the average at high Q"),
    FRIT_F64(normalise_params, qmin, "1/angstrom", NAN, 0, 1000, 0,
             "first Q of the normalisation; not given: of the data.  S is made on the whole axis"),
    FRIT_F64(normalise_params, qmax, "1/angstrom", NAN, 0, 1000, 0,
             "last Q of the normalisation; not given: of the data"),
    FRIT_F64(normalise_params, highqratio, "1", 0.6, 0, 0.999, 0,
             "the high-Q ratio is taken above highqratio qmax"),
    FRIT_BOOL(normalise_params, laue, true,
              "subtract the Laue term <f^2> - <f>^2; without it <f>^2 stands for <f^2> everywhere"),
    { 0 }
};

/* ---- Theory, once for an axis ---------------------------------------------------------------- */

typedef struct theory {
    size_t n;
    atom_averages at[];
} theory;

static double density_of(const normalise_params *p)
{
    return isnan(p->number_density) ? atomic_number_density(&p->composition, p->density) : p->number_density;
}

frit_status normalise_check(frit_call *c)
{
    const normalise_params *p = c->params;
    frit_status status = scattering_check_composition(c, &p->composition);
    if (status != FRIT_OK)
        return status;
    if (p->qmin >= p->qmax)
        return c->host->fail(c, FRIT_EPARAM, "qmin = %g is not below qmax = %g 1/angstrom", p->qmin, p->qmax);
    bool given = !isnan(p->number_density) || !isnan(p->density);
    if (p->method == METHOD_KROGH_MOE && !given)
        return c->host->fail(c, FRIT_EPARAM, "the method krogh-moe needs the density: give density (g/cm^3), "
                             "number_density (1/angstrom^3) or a sample that has one; method = \"high-q\" "
                             "does without");
    if (given && isnan(density_of(p)))
        return c->host->fail(c, FRIT_EPARAM, "an element of %s has no standard atomic weight: give "
                             "number_density (1/angstrom^3) instead of density", p->composition.text);
    return FRIT_OK;
}

frit_status normalise_prepare(frit_call *c, void **plan)
{
    const normalise_params *p = c->params;
    const frit_view *v = c->host->input(c, IN_INTENSITY, 0);
    if (!v)
        return FRIT_EIO;
    theory *t = malloc(sizeof *t + v->shape[0] * sizeof *t->at);
    if (!t)
        return FRIT_ENOMEM;
    *plan = t;
    t->n = v->shape[0];
    for (size_t i = 0; i < t->n; i++)
        t->at[i] = atoms_average(&p->composition, v->axis[0][i]);
    return FRIT_OK;
}

/* ---- The points ------------------------------------------------------------------------------ */

typedef struct sample {
    const frit_view     *v;           /* the intensity */
    normalisation_point *point;       /* each point of the axis */
    bool                *measured;    /* is it? */
    normalisation_point *sorted;      /* the measured ones, by Q */
    size_t               n;           /* of those */
} sample;

/* Add what an optional input says to what is expected; points where it says nothing are not measured. */
static frit_status add_term(frit_call *c, uint32_t port, sample *s)
{
    if (c->host->n_inputs(c, port) == 0)
        return FRIT_OK;
    const frit_view *term = c->host->input(c, port, 0);
    lookup l;
    if (!term)
        return FRIT_EIO;
    if (!lookup_make(c, term, &l))
        return FRIT_ENOMEM;
    for (size_t i = 0; i < s->v->shape[0]; i++) {
        double y = 0, variance;
        s->measured[i] = lookup_at(&l, s->point[i].Q, &y, &variance) && s->measured[i];
        s->point[i].expected += y;
    }
    return FRIT_OK;
}

/* Equal Q: in one order too, so that a sum has the same bits. */
static int by_Q(const void *a, const void *b)
{
    const normalisation_point *p = a, *q = b;
    if (p->Q != q->Q)
        return p->Q < q->Q ? -1 : 1;
    return p->I < q->I ? -1 : p->I > q->I;
}

static frit_status collect(frit_call *c, sample *s)
{
    const normalise_params *p = c->params;
    const theory *t = c->plan;
    const frit_view *v = s->v;
    s->point = c->host->scratch(c, t->n + 1, sizeof *s->point);
    s->sorted = c->host->scratch(c, t->n + 1, sizeof *s->sorted);
    s->measured = c->host->scratch(c, t->n + 1, sizeof *s->measured);
    if (!s->point || !s->sorted || !s->measured)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < t->n; i++) {
        const atom_averages *a = &t->at[i];
        double sigma = v->sigma ? v->sigma[i] : 0;
        s->point[i] = (normalisation_point){ .Q = v->axis[0][i], .I = v->value[i], .sigma = sigma,
                                             .expected = p->laue ? a->f_sq_mean : a->f_mean_sq,
                                             .f_mean_sq = a->f_mean_sq };
        s->measured[i] =
            !(v->mask && v->mask[i]) && isfinite(v->value[i]) && isfinite(sigma) && a->f_mean_sq > 0;
    }
    frit_status status = add_term(c, IN_COMPTON, s);
    if (status == FRIT_OK)
        status = add_term(c, IN_MULTIPLE, s);
    if (status != FRIT_OK)
        return status;
    bool ascending = true;
    for (size_t i = 0; i < t->n; i++) {
        if (!s->measured[i])
            continue;
        ascending = ascending && (s->n == 0 || s->point[i].Q >= s->sorted[s->n - 1].Q);
        s->sorted[s->n++] = s->point[i];
    }
    if (!ascending)
        qsort(s->sorted, s->n, sizeof *s->sorted, by_Q);
    return FRIT_OK;
}

/* ---- The scale --------------------------------------------------------------------------------- */

typedef struct scale {
    normalisation used, high_q, krogh_moe;
    double        qmin, qmax;
} scale;

static frit_status judge_alpha(frit_call *c, const normalisation *a, const scale *k, const sample *s)
{
    const normalise_params *p = c->params;
    const char *lower = p->method == METHOD_HIGH_Q ? "highqratio qmax" : "qmin";
    double from = p->method == METHOD_HIGH_Q ? fmax(k->qmin, p->highqratio * k->qmax) : k->qmin;
    if (a->points < (p->method == METHOD_HIGH_Q ? 1u : 2u))
        return c->host->fail(c, FRIT_EDATA, "%zu measured point%s between %s = %g and qmax = %g 1/angstrom; "
                             "the data reach from %g to %g",
                             a->points, a->points == 1 ? "" : "s", lower, from, k->qmax,
                             s->sorted[0].Q, s->sorted[s->n - 1].Q);
    if (!(a->alpha > 0) || !isfinite(a->alpha))
        return c->host->fail(c, FRIT_EDATA, "the intensity cannot be scaled: alpha would be %g over %g to %g "
                             "1/angstrom; is too much background subtracted, or is the range too short?",
                             a->alpha, from, k->qmax);
    return FRIT_OK;
}

static void compare(frit_call *c, const scale *k)
{
    double apart = k->high_q.alpha / k->krogh_moe.alpha - 1;
    if (fabs(apart) > 0.02)    /* false where one of them is NaN */
        c->host->log(c, FRIT_WARNING, "the scale by the high-Q ratio, %g, is %.1f %% %s that by Krogh-Moe "
                     "and Norman, %g: background, fluorescence or multiple scattering is left, or the "
                     "density is wrong",
                     k->high_q.alpha, 100 * fabs(apart), apart > 0 ? "above" : "below", k->krogh_moe.alpha);
}

static frit_status find_scale(frit_call *c, const sample *s, scale *k)
{
    const normalise_params *p = c->params;
    if (s->n == 0)
        return c->host->fail(c, FRIT_EDATA, "there is no point, of %zu, at which the intensity and all that "
                             "is subtracted from it are known", s->v->shape[0]);
    double first = s->sorted[0].Q, last = s->sorted[s->n - 1].Q;
    k->qmin = isnan(p->qmin) ? first : p->qmin;
    k->qmax = isnan(p->qmax) ? last : p->qmax;
    if (p->qmax > last * 1.01)
        c->host->log(c, FRIT_WARNING, "qmax = %g 1/angstrom is beyond the data, which end at %g",
                     p->qmax, last);
    double rho0 = density_of(p);
    k->krogh_moe = (normalisation){ NAN, NAN, 0 };
    if (!isnan(rho0))
        k->krogh_moe = krogh_moe_norman(s->sorted, s->n, k->qmin, k->qmax, rho0);
    double top = fmin(k->qmax, last);
    k->high_q = high_q_ratio(s->sorted, s->n, fmax(p->highqratio * top, k->qmin), top);
    k->used = p->method == METHOD_HIGH_Q ? k->high_q : k->krogh_moe;
    frit_status status = judge_alpha(c, &k->used, k, s);
    if (status == FRIT_OK)
        compare(c, k);
    return status;
}

/* ---- Outputs ----------------------------------------------------------------------------------- */

/* "electron/count": 1 where the intensity is in electron units already. */
static const char *alpha_unit(frit_call *c, const char *unit)
{
    if (!strcmp(unit, "electron"))
        return "1";
    if (!strcmp(unit, "1"))
        return "electron";
    size_t size = strlen(unit) + 16;
    char *text = c->host->scratch(c, size, 1);
    if (!text)
        return "electron";
    bool simple = strcspn(unit, " */.^-") == strlen(unit);
    snprintf(text, size, simple ? "electron/%s" : "electron/(%s)", unit);
    return text;
}

static frit_status put_structure_factor(frit_call *c, const sample *s, const scale *k)
{
    const normalise_params *p = c->params;
    const frit_view *v = s->v;
    frit_buffer *out =
        c->host->output(c, OUT_S, FRIT_F64, 1, v->shape, FRIT_WANT_MASK | (v->sigma ? FRIT_WANT_SIGMA : 0));
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < v->shape[0]; i++) {
        out->axis[0][i] = v->axis[0][i];
        out->mask[i] = !s->measured[i];
        if (!s->measured[i])
            continue;
        out->value[i] = faber_ziman(k->used.alpha, &s->point[i]);
        if (out->sigma)
            out->sigma[i] = k->used.alpha * s->point[i].sigma / s->point[i].f_mean_sq;
    }
    c->host->set_text_attribute(c, OUT_S, "definition", p->laue ?
                                "Faber-Ziman: S(Q) = [alpha I - C - M - (<f^2> - <f>^2)]/<f>^2" :
                                "S(Q) = [alpha I - C - M]/<f>^2, without the Laue term");
    c->host->set_attribute(c, OUT_S, "alpha", alpha_unit(c, v->unit), k->used.alpha);
    double rho0 = density_of(p);
    if (!isnan(rho0))
        c->host->set_attribute(c, OUT_S, "number_density", "1/angstrom^3", rho0);
    return FRIT_OK;
}

static frit_status put_alpha(frit_call *c, uint32_t port, const normalisation *a, const frit_view *v)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    bool known = isfinite(a->alpha);
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 0, NULL, (known ? 0 : FRIT_WANT_MASK) |
                                       (v->sigma ? FRIT_WANT_SIGMA : 0));
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = known ? a->alpha : 0;
    if (!known)
        out->mask[0] = 1;
    else if (v->sigma)
        out->sigma[0] = a->sigma;
    c->host->set_unit(c, port, -1, NULL, alpha_unit(c, v->unit));
    return FRIT_OK;
}

frit_status normalise_run(frit_call *c)
{
    sample s = { .v = c->host->input(c, IN_INTENSITY, 0) };
    if (!s.v)
        return FRIT_EIO;
    scale k;
    frit_status status = collect(c, &s);
    if (status == FRIT_OK)
        status = find_scale(c, &s, &k);
    if (status == FRIT_OK && c->host->wanted(c, OUT_S))
        status = put_structure_factor(c, &s, &k);
    if (status == FRIT_OK)
        status = put_alpha(c, OUT_ALPHA, &k.used, s.v);
    if (status == FRIT_OK)
        status = put_alpha(c, OUT_ALPHA_HIGH_Q, &k.high_q, s.v);
    if (status == FRIT_OK)
        status = put_alpha(c, OUT_ALPHA_KROGH_MOE, &k.krogh_moe, s.v);
    return status;
}
