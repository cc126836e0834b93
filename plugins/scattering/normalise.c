/* From a corrected intensity to the structure factor: find the scale, subtract what atoms scatter alone.
 *
 * T. E. Faber and J. M. Ziman, Phil. Mag. 11 (1965) 153, doi:10.1080/14786436508211931;
 * N. W. Ashcroft and D. C. Langreth, Phys. Rev. 159 (1967) 500, doi:10.1103/PhysRev.159.500.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "normalise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/atomic_weights.h"

#define ON_Q .ndim = 1, .axis_name = { "Q" }, .axis_unit = { "1/angstrom" }
const frit_port normalise_inputs[] = {
    { .name = "intensity", ON_Q, .unit = "*", .doc = "corrected intensity I of the sample alone" },
    { .name = "compton", ON_Q, .unit = "electron", .flags = FRIT_PORT_OPTIONAL,
      .doc = "Compton scattering C per atom; not connected: 0" },
    { .name = "multiple", ON_Q, .unit = "electron", .flags = FRIT_PORT_OPTIONAL,
      .doc = "multiple scattering M per atom; not connected: 0" },
    { .name = "fluorescence", ON_Q, .unit = "*", .flags = FRIT_PORT_OPTIONAL,
      .doc = "shape of the fluorescence, in electron units per unit of its scale F; not connected: none" },
    { .name = "alpha", .unit = "*", .flags = FRIT_PORT_OPTIONAL,
      .doc = "the scale, where it is known, as the mean over a series: then it is not fitted" },
    { .name = "fluorescence_scale", .unit = "1", .flags = FRIT_PORT_OPTIONAL,
      .doc = "F, where it is known: then it is not fitted" },
    { .name = "rho0", .unit = "1/angstrom^3", .flags = FRIT_PORT_OPTIONAL,
      .doc = "number density of this frame, where it changes with temperature; goes before the parameters" },
    { 0 }
};

#define LIKE_INPUT "@intensity.0"
const frit_port normalise_outputs[] = {
    { .name = "structure_factor", .ndim = 1, .unit = "1", .axis_name = { LIKE_INPUT },
      .axis_unit = { LIKE_INPUT },
      .doc = "S(Q); its attribute `definition` says which. Sigma holds that of alpha and F" },
    { .name = "alpha", .unit = "*", .doc = "the factor used: electron units per unit of intensity" },
    { .name = "fluorescence_scale", .unit = "1", .doc = "F as used; masked where there is no fluorescence" },
    { .name = "alpha_krogh_moe", .unit = "*",
      .doc = "alpha by Krogh-Moe and Norman, with the same F; masked if it cannot be had" },
    { .name = "alpha_high_q", .unit = "*",
      .doc = "alpha by the high-Q ratio, with the same F; masked if it cannot be had" },
    { .name = "covariance", .ndim = 2, .unit = "1", .axis_name = { LIKE_INPUT, LIKE_INPUT },
      .axis_unit = { LIKE_INPUT, LIKE_INPUT },
      .doc = "covariances of S at all pairs of points; big, so made only where it is "
             "used; empty where the intensity has no sigma" },
    { 0 }
};

#define P normalise_params
const frit_param normalise_table[] = {
    FRIT_COMPOSITION(P, composition, FRIT_PARAM_REQUIRED | FRIT_PARAM_SAMPLE,
                     "atoms of the sample: \"Zr52.5Cu17.9Ni14.6Al10Ti5\""),
    FRIT_F64(P, density, "g/cm^3", NAN, 1e-6, 30, FRIT_PARAM_SAMPLE,
             "of the sample; with the composition it gives number_density"),
    FRIT_F64(P, number_density, "1/angstrom^3", NAN, 1e-9, 1, FRIT_PARAM_SAMPLE,
             "atoms per volume, instead of the density"),
    FRIT_CHOICE(P, method, "low-r|krogh-moe|high-q|least-squares",
                "low-r: G(r) is -4 pi rho0 r where no atom can be; krogh-moe: the sum rule; both need the "
                "density.  high-q: S is 1 on the average at high Q; least-squares: at each point there"),
    FRIT_F64(P, qmin, "1/angstrom", NAN, 0, 1000, 0,
             "first Q of the normalisation; not given: of the data.  S is made on the whole axis"),
    FRIT_F64(P, qmax, "1/angstrom", NAN, 0, 1000, 0,
             "last Q of the normalisation, where the window of low-r vanishes; not given: of the data"),
    FRIT_RANGE(P, rlow, "angstrom", "0.2 1.85", 1e-3, 100, 0,
               "r of low-r: must end well below the shortest distance of two atoms"),
    FRIT_F64(P, rstep, "angstrom", 0.02, 1e-3, 1, 0, "of r there"),
    FRIT_CHOICE(P, window, "lorch|none", "of low-r: keeps the ripples of the first shell away from low r"),
    FRIT_I64(P, edge_points, 15, 1, 10000, 0,
             "of low-r: below the first point S is taken as the mean of so many"),
    FRIT_F64(P, highqratio, "1", 0.6, 0, 0.999, 0,
             "high-q and least-squares look above highqratio qmax"),
    FRIT_BOOL(P, fit_fluorescence, true,
              "of low-r and least-squares: find F too, where there is an input fluorescence; least-squares "
              "without one finds a constant.  Else F is 1"),
    FRIT_BOOL(P, fit_multiple, false, "of low-r and least-squares: find a factor of M too.  Else it is 1"),
    FRIT_BOOL(P, laue, true,
              "subtract the Laue term <f^2> - <f>^2; without it <f>^2 stands for <f^2> everywhere"),
    FRIT_CHOICE(P, definition, "faber-ziman|ashcroft-langreth",
                "faber-ziman: S - 1 over <f>^2; ashcroft-langreth: coherent intensity over <f^2>"),
    FORM_TABLE_PARAMS(P),
    { 0 }
};

/* ---- Theory, once for an axis ---------------------------------------------------------------- */

typedef struct theory {
    low_r_terms *low_r;         /* NULL: none, or each curve its own */
    double      *f_mean_sq;     /* <f>^2 at each point */
    double      *f_sq_mean;     /* <f^2> */
    double      *factor;        /* S - 1 of Faber and Ziman times this is that of the definition asked for */
    double       value[];
} theory;

static double density_of(const normalise_params *p)
{
    return isnan(p->number_density) ? atomic_number_density(&p->composition, p->density) : p->number_density;
}

double normalise_density(frit_call *c)
{
    const frit_view *v = c->host->n_inputs(c, IN_DENSITY) ? c->host->input(c, IN_DENSITY, 0) : NULL;
    if (v && !(v->mask && v->mask[0]) && v->value[0] > 0)
        return v->value[0];
    return density_of(c->params);
}

frit_status normalise_check(frit_call *c)
{
    static const char *const name[] = { "low-r", "krogh-moe" };
    const normalise_params *p = c->params;
    frit_status status = form_tables_check(c, &p->tables, &p->composition);
    if (status != FRIT_OK)
        return status;
    if (p->qmin >= p->qmax)
        return c->host->fail(c, FRIT_EPARAM, "qmin = %g is not below qmax = %g 1/angstrom", p->qmin, p->qmax);
    if (!p->laue && p->definition == ASHCROFT_LANGRETH)
        return c->host->fail(c, FRIT_EPARAM, "the structure factor of Ashcroft and Langreth has no Laue term "
                             "to leave out: set laue = true, or definition = \"faber-ziman\"");
    if ((p->rlow.to - p->rlow.from) / p->rstep > 2000)
        return c->host->fail(c, FRIT_EPARAM, "rlow holds more than 2000 steps of rstep = %g angstrom: that "
                             "many say nothing new", p->rstep);
    bool given = !isnan(p->number_density) || !isnan(p->density);
    if (p->method <= METHOD_KROGH_MOE && !given)
        return c->host->fail(c, FRIT_EPARAM, "the method %s needs the density: give density (g/cm^3), "
                             "number_density (1/angstrom^3) or a sample that has one; method = \"high-q\" "
                             "does without", name[p->method]);
    if (given && isnan(density_of(p)))
        return c->host->fail(c, FRIT_EPARAM, "an element of %s has no standard atomic weight: give "
                             "number_density (1/angstrom^3) instead of density", p->composition.text);
    return FRIT_OK;
}

size_t normalise_low_r_rows(const normalise_params *p)
{
    return (size_t)floor((p->rlow.to - p->rlow.from) / p->rstep * (1 + 1e-12) + 1e-9) + 1;
}

const low_r_terms *normalise_low_r_terms(const frit_call *c)
{
    return ((const theory *)c->plan)->low_r;
}

/* As they will be needed, unless points at the ends of the axis are masked. */
static low_r_terms *terms_for(const normalise_params *p, const frit_view *v)
{
    low_r how = { .lorch = p->window == 0, .qmin = p->qmin, .qmax = p->qmax };
    double first = INFINITY, last = -INFINITY;
    for (size_t i = 0; i < v->shape[0]; i++) {
        first = fmin(first, v->axis[0][i]);
        last = fmax(last, v->axis[0][i]);
    }
    if (isnan(how.qmin))
        how.qmin = first;
    if (isnan(how.qmax))
        how.qmax = last;
    return low_r_terms_new(&how, v->shape[0], v->axis[0], normalise_low_r_rows(p), p->rlow.from, p->rstep);
}

frit_status normalise_prepare(frit_call *c, void **plan)
{
    const normalise_params *p = c->params;
    const frit_view *v = c->host->input(c, IN_INTENSITY, 0);
    if (!v)
        return FRIT_EIO;
    const size_t n = v->shape[0];
    theory *t = malloc(sizeof *t + 3 * n * sizeof *t->value);
    if (!t)
        return FRIT_ENOMEM;
    *plan = t;
    t->f_mean_sq = t->value;
    t->f_sq_mean = t->value + n;
    t->factor = t->value + 2 * n;
    t->low_r = p->method == METHOD_LOW_R ? terms_for(p, v) : NULL;
    for (size_t i = 0; i < n; i++) {
        const atom_averages a = form_tables_average(&p->tables, &p->composition, v->axis[0][i]);
        t->f_mean_sq[i] = a.f_mean_sq;
        t->f_sq_mean[i] = a.f_sq_mean;
        t->factor[i] = p->definition == ASHCROFT_LANGRETH ? a.f_mean_sq / a.f_sq_mean : 1;
    }
    return FRIT_OK;
}

void normalise_release(void *plan)
{
    theory *t = plan;
    free(t->low_r);
    free(t);
}

/* ---- Outputs ----------------------------------------------------------------------------------- */

/* "electron/count": 1 where the intensity is in electron units already. */
const char *normalise_alpha_unit(frit_call *c, const char *unit)
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

/* The variances of Faber and Ziman's S at the points of the axis: their own, those of the scales, and of both
 * together, as the scales depend on each point.  Rounding may leave them below 0. */
static void find_variances(const points *s, const scales *k, double *restrict variance)
{
    const normalisation_points p = s->all;
    const double *a = k->slope[0], *b = k->slope[1], *c = k->slope[2], alpha = k->value[SCALE_ALPHA];
    const double aa = k->covariance[0][0], bb = k->covariance[1][1], cc = k->covariance[2][2];
    const double ab = 2 * k->covariance[0][1], ac = 2 * k->covariance[0][2], bc = 2 * k->covariance[1][2];
    for (size_t i = 0; i < p.n; i++) {
        const double inverse = 1 / p.f_mean_sq[i], own = alpha * p.sigma[i] * p.sigma[i] * inverse;
        double x[N_SCALES];
        structure_factor_slopes(&p, i, x);
        variance[i] = own * (alpha * inverse + 2 * (a[i] * x[0] + b[i] * x[1] + c[i] * x[2])) +
                      x[0] * (aa * x[0] + ab * x[1] + ac * x[2]) + x[1] * (bb * x[1] + bc * x[2]) +
                      cc * x[2] * x[2];
    }
}

static void describe(frit_call *c, const scale *k, const frit_view *v)
{
    static const char *const method[] = { "low-r", "krogh-moe", "high-q", "least-squares" };
    const normalise_params *p = c->params;
    const frit_host *host = c->host;
    host->set_text_attribute(c, OUT_S, "definition", p->definition == ASHCROFT_LANGRETH ?
                             "Ashcroft-Langreth: S(Q) = [alpha I - C - M - F]/<f^2>" : p->laue ?
                             "Faber-Ziman: S(Q) = [alpha I - C - M - F - (<f^2> - <f>^2)]/<f>^2" :
                             "S(Q) = [alpha I - C - M - F]/<f>^2, without the Laue term");
    host->set_text_attribute(c, OUT_S, "normalised", k->alpha_given ? "alpha given" : method[p->method]);
    host->set_attribute(c, OUT_S, "alpha", normalise_alpha_unit(c, v->unit), k->used.value[SCALE_ALPHA]);
    if (k->has_fluorescence)
        host->set_attribute(c, OUT_S, "fluorescence_scale", "1", k->used.value[SCALE_FLUORESCENCE]);
    if (k->used.free[SCALE_MULTIPLE])
        host->set_attribute(c, OUT_S, "multiple_scale", "1", k->used.value[SCALE_MULTIPLE]);
    if (p->method == METHOD_LOW_R && !k->alpha_given)
        host->set_attribute(c, OUT_S, "low_r_deviation", "1/angstrom^2", k->used.deviation);
    double rho0 = normalise_density(c);
    if (!isnan(rho0))
        host->set_attribute(c, OUT_S, "number_density", "1/angstrom^3", rho0);
}

static frit_status put_structure_factor(frit_call *c, const points *s, const scale *k)
{
    const double *factor = ((const theory *)c->plan)->factor;
    const frit_view *v = s->v;
    frit_buffer *out = c->host->output(c, OUT_S, FRIT_F64, 1, v->shape,
                                       FRIT_WANT_MASK | (k->has_sigma ? FRIT_WANT_SIGMA : 0));
    if (!out)
        return FRIT_ENOMEM;
    const normalisation_points p = s->all;
    double *restrict value = out->value, *restrict sigma = out->sigma;
    memcpy(out->axis[0], p.Q, p.n * sizeof *p.Q);
    for (size_t i = 0; i < p.n; i++)
        value[i] = 1 + factor[i] * (structure_factor_at(k->used.value, &p, i) - 1);
    if (sigma)
        find_variances(s, &k->used, sigma);
    for (size_t i = 0; sigma && i < p.n; i++) {
        const double known = sigma[i] > 0 ? sigma[i] : 0;
        sigma[i] = factor[i] * sqrt(known);
    }
    for (size_t i = 0; i < p.n; i++) {
        out->mask[i] = !s->measured[i];
        if (s->measured[i])
            continue;
        value[i] = 0;
        if (sigma)
            sigma[i] = 0;
    }
    describe(c, k, v);
    return FRIT_OK;
}

/* What each point has in the covariances of S: its slopes, and what it does to the scales. */
typedef struct part {
    double x[N_SCALES], to_scales[N_SCALES];
} part;

static void fill_part(const points *s, const scales *k, double factor, size_t i, part *a)
{
    const double sigma = s->all.sigma[i], own = k->value[SCALE_ALPHA] * sigma * sigma / s->all.f_mean_sq[i];
    structure_factor_slopes(&s->all, i, a->x);
    for (int m = 0; m < N_SCALES; m++) {
        a->x[m] *= factor;
        a->to_scales[m] = factor * own * k->slope[m][i];
    }
}

/* left: what point i does to the scales, and what they have in common. */
static double covariance_of(const part *a, const double left[N_SCALES], const part *b)
{
    return left[0] * b->x[0] + left[1] * b->x[1] + left[2] * b->x[2] + a->x[0] * b->to_scales[0] +
           a->x[1] * b->to_scales[1] + a->x[2] * b->to_scales[2];
}

static frit_status put_covariance(frit_call *c, const points *s, const scale *k)
{
    const double *factor = ((const theory *)c->plan)->factor;
    size_t n = k->has_sigma ? s->v->shape[0] : 0, shape[2] = { n, n };
    frit_buffer *out = c->host->output(c, OUT_COVARIANCE, FRIT_F64, 2, shape, FRIT_WANT_MASK);
    part *of = c->host->scratch(c, n + 1, sizeof *of);
    double *variance = c->host->scratch(c, n + 1, sizeof *variance);
    if (!out || !of || !variance)
        return FRIT_ENOMEM;
    if (n > 0)
        find_variances(s, &k->used, variance);
    for (size_t i = 0; i < n; i++) {
        double left[N_SCALES];
        out->axis[0][i] = out->axis[1][i] = s->v->axis[0][i];
        if (s->measured[i])
            fill_part(s, &k->used, factor[i], i, &of[i]);
        for (int m = 0; m < N_SCALES; m++) {
            left[m] = of[i].to_scales[m];
            for (int l = 0; l < N_SCALES; l++)
                left[m] += k->used.covariance[m][l] * of[i].x[l];
        }
        for (size_t j = 0; j <= i; j++) {
            size_t here = i * n + j, mirror = j * n + i;
            out->mask[here] = out->mask[mirror] = !(s->measured[i] && s->measured[j]);
            out->value[here] = out->value[mirror] =
                i != j ? covariance_of(&of[i], left, &of[j])
                : s->measured[i] ? factor[i] * factor[i] * variance[i] : 0;
        }
    }
    return FRIT_OK;
}

/* One of the scales; NaN: not known, masked. */
static frit_status put_scale(frit_call *c, uint32_t port, const scales *k, int which, bool has_sigma,
                             const char *unit)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    bool known = isfinite(k->value[which]);
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 0, NULL,
                                       (known ? 0 : FRIT_WANT_MASK) | (has_sigma ? FRIT_WANT_SIGMA : 0));
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = known ? k->value[which] : 0;
    if (!known)
        out->mask[0] = 1;
    else if (has_sigma)
        out->sigma[0] = sqrt(fmax(0, k->covariance[which][which]));
    if (unit)
        c->host->set_unit(c, port, -1, NULL, unit);
    return FRIT_OK;
}

static frit_status put_scales(frit_call *c, const points *s, scale *k)
{
    const char *unit = normalise_alpha_unit(c, s->v->unit);
    frit_status status = put_scale(c, OUT_ALPHA, &k->used, SCALE_ALPHA, k->has_sigma, unit);
    if (status == FRIT_OK)
        status = put_scale(c, OUT_ALPHA_KROGH_MOE, &k->krogh_moe, SCALE_ALPHA, k->has_sigma, unit);
    if (status == FRIT_OK)
        status = put_scale(c, OUT_ALPHA_HIGH_Q, &k->high_q, SCALE_ALPHA, k->has_sigma, unit);
    if (!k->has_fluorescence)
        k->used.value[SCALE_FLUORESCENCE] = NAN;
    return status == FRIT_OK ?
               put_scale(c, OUT_FLUORESCENCE, &k->used, SCALE_FLUORESCENCE, k->has_sigma, NULL) : status;
}

frit_status normalise_run(frit_call *c)
{
    const normalise_params *p = c->params;
    const theory *t = c->plan;
    points s = { .v = c->host->input(c, IN_INTENSITY, 0) };
    scale k = { 0 };
    if (!s.v)
        return FRIT_EIO;
    const char *before = c->host->text_attribute(c, IN_INTENSITY, "normalised");
    if (before)
        return c->host->fail(c, FRIT_EDATA, "this is a structure factor already (normalised: %s), not an "
                             "intensity: normalise once", before);
    frit_status status = points_begin(c, &s, p->laue ? t->f_sq_mean : t->f_mean_sq, t->f_mean_sq);
    if (status == FRIT_OK)
        status = points_add(c, &s, IN_COMPTON, &s.all.expected);
    if (status == FRIT_OK)
        status = points_add(c, &s, IN_MULTIPLE, &s.all.multiple);
    if (status == FRIT_OK)
        status = points_add(c, &s, IN_FLUORESCENCE, &s.all.fluorescence);
    if (status == FRIT_OK)
        status = find_scale(c, &s, &k);
    if (status == FRIT_OK && c->host->wanted(c, OUT_S))
        status = put_structure_factor(c, &s, &k);
    if (status == FRIT_OK && c->host->wanted(c, OUT_COVARIANCE))
        status = put_covariance(c, &s, &k);
    return status == FRIT_OK ? put_scales(c, &s, &k) : status;
}
