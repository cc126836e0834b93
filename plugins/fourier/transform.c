/* transform: the structure factor S(Q) to the reduced pair distribution function G(r).
 *
 * G(r) = (2/pi) ∫ Q [S(Q) - 1] M(Q) sin(Qr) dQ; T. Egami & S. J. L. Billinge, Underneath the Bragg
 * Peaks, 2nd ed., Elsevier 2012, ch. 3, ISBN 978-0-08-097133-9.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fourier.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/covariance.h"
#include "sine_transform.h"

const frit_port transform_inputs[] = {
    {.name = "structure_factor", .unit = "1", .ndim = 1, .axis_name = {"Q"}, .axis_unit = {"1/angstrom"},
     .doc = "S(Q), normalised so that it approaches 1."},
    {.name = "covariance", .unit = "1", .ndim = 2, .axis_name = {"Q", "Q"},
     .axis_unit = {"1/angstrom", "1/angstrom"}, .flags = FRIT_PORT_OPTIONAL,
     .doc = "Of S(Q) between all pairs of its points; with it, the sigma of S is not used."},
    {0}};

enum { IN_S, IN_COVARIANCE };
enum { OUT_G, OUT_COVARIANCE, OUT_MATRIX };
const frit_port transform_outputs[] = {
    {.name = "reduced_pdf",
     .unit = "1/angstrom^2",
     .ndim = 1,
     .axis_name = {"r"},
     .axis_unit = {"angstrom"},
     .doc =
         "G(r), with its standard uncertainty where S(Q) has one. Neighbouring points of r are correlated; "
         "the uncertainty is that of each point alone."},
    {.name = "covariance",
     .unit = "1/angstrom^4",
     .ndim = 2,
     .axis_name = {"r", "r"},
     .axis_unit = {"*", "angstrom"},
     .doc = "Of G(r) between all pairs of r, for the steps that take it: in its terms where these are few, "
            "else the square (see below). Masked where S has neither sigma nor covariance."},
    {.name = "covariance_matrix",
     .unit = "1/angstrom^4",
     .ndim = 2,
     .axis_name = {"r", "r"},
     .axis_unit = {"angstrom", "angstrom"},
     .doc = "The same as the square of all pairs of r, to be looked at, written or computed with: n^2 "
            "numbers for n points."},
    {0}};

#define P struct transform
const frit_param transform_params[] = {
    FRIT_F64(P, qmin, "1/angstrom", NAN, 0, 1000, 0,
             "Points below it are left out; not given: all are used."),
    FRIT_F64(P, qmax, "1/angstrom", NAN, 0, 1000, 0,
             "Points above it are left out; not given: all are used."),
    FRIT_F64(P, rmin, "angstrom", 0, 0, 1000, 0, "First r."),
    FRIT_F64(P, rmax, "angstrom", 30, 0, 1000, 0, "Last r."),
    FRIT_F64(P, rstep, "angstrom", 0.02, 1e-3, 10, 0,
             "Distance of neighbouring r. Features narrower than pi/qmax do not exist."),
    FRIT_CHOICE(P, window, WINDOW_CHOICES,
                "M(Q), with x = pi Q/Qmax: 1; lorch: sin x/x; soper: 3 (sin x - x cos x)/x^3; cosine: 1, "
                "and over the last part, `taper`, half a cosine down to 0. A window lowers the termination "
                "ripples and broadens the peaks."),
    FRIT_F64(P, taper, "1", 0.25, 0.001, 1, 0,
             "Of the window cosine: the part of Qmax over which it falls; 1: (1 + cos x)/2."),
    FRIT_CHOICE(P, below_qmin, BELOW_CHOICES,
                "S below the first point: constant: the mean of the first edge_points; linear, quadratic: "
                "from s0 at Q = 0 to that mean; zero: S = 0; nothing: the integral begins at the first "
                "point."),
    FRIT_I64(P, edge_points, 15, 1, 10000, 0,
             "How many of the first points make the mean by which S below them hangs."),
    FRIT_F64(P, s0, "1", 0, -10, 10, 0, "S at Q = 0, where below_qmin is linear or quadratic."),
    FRIT_CHOICE(P, quadrature, QUADRATURE_CHOICES,
                "trapezoid: Q [S - 1] M sin(Qr) on straight lines between the points; stepwise: S is "
                "constant in the bin of each point, and Q sin(Qr) is integrated over it exactly, as "
                "befits data that were averaged in bins."),
    FRIT_F64(P, resolution, "1/angstrom", 0, 0, 1, 0,
             "Standard deviation, in Q, of the instrument's resolution; G is multiplied by "
             "exp(resolution^2 r^2/2). 0: no correction."),
    FRIT_F64(P, max_amplification, "1", 10, 1, 1e6, 0,
             "Where this factor would be larger, G is masked, with a warning."),
    {0}};

const char transform_doc[] =
    "    G(r) = (2/pi) integral Q [S(Q) - 1] M(Q) sin(Q r) dQ,  G(r) = 4 pi r rho0 [g(r) - 1]\n"
    "\n"
    "The integral runs over the points between `qmin` and `qmax`; the points themselves are its limits, "
    "nothing is interpolated there. M vanishes at the upper limit Qmax.\n"
    "\n"
    "**Quadrature.** With F = S - 1 and h half a step, on a uniform axis\n"
    "\n"
    "    trapezoid   G = (2/pi) sum' Q F M sin(Q r) 2h          (first and last point halved)\n"
    "    stepwise    G = (2/pi) {2 sin(hr)/r sum Q F M sin(Q r) + 2 [sin(hr)/r^2 - h cos(hr)/r] sum F M "
    "cos(Q r)}\n"
    "\n"
    "Stepwise bins end half-way between the points, so the integral reaches half a step beyond the last "
    "one. The two differ by about 1e-3; the output's attribute `quadrature` says which it was. On a "
    "uniform axis the sums are made by a fast Fourier transform, on any other as they stand: equal to "
    "rounding.\n"
    "\n"
    "**Below the first point**, where no detector sees, S is continued to Q = 0 as `below_qmin` says, and "
    "integrated by a trapezoid of 4000 equal steps with either quadrature. `nothing` takes S as 1 there: "
    "for a glass, whose S is near 0 at low Q, and a first point at 0.8 1/angstrom G is then wrong by 0.1 "
    "and more at low r.\n"
    "\n"
    "**Points that were not measured** are bridged by a straight line of S between their neighbours; at "
    "the ends they are left out. A limit that was asked for must have a measured point within two steps.\n"
    "\n"
    "**Uncertainty.** var G(r) = (2/pi)^2 sum (dG/dS_j)^2 var S_j, with dG/dS_j = 2h Q M sin(Q r) for "
    "most points; those by which the low-Q part or a bridge hangs carry that too. Errors of S that are "
    "correlated (a wrong scale, a wrong background) are not in it.\n"
    "\n"
    "**Covariance.** cov(r, r') = sum over j, l of dG(r)/dS_j C_jl dG(r')/dS_l, with C = diag(sigma^2) or, "
    "where it is given, the input `covariance`; sigma is the root of its diagonal. `covariance_matrix` is "
    "the square of it between all r, made only where it is wanted: in a moment from sigma, in seconds for "
    "thousands of points from a covariance (or from sigma, where stepwise data are not uniform).\n"
    "\n"
    "Where S is uncorrelated and the quadrature a trapezoid, the square holds few numbers. With r_i = rmin + "
    "i rstep, i < n, and w_l the weight of a point in the sum, 2h for most,\n"
    "\n"
    "    cov(r_i, r_j) = u_i u_j (minus_|i-j| - plus_i+j) + sum over pairs (a_i b_j + b_i a_j)\n"
    "    minus_k = (2/pi^2) sum over l of (w_l Q_l M_l sigma_l)^2 cos(Q_l k rstep)\n"
    "    plus_k  = (2/pi^2) sum over l of (w_l Q_l M_l sigma_l)^2 cos[Q_l (2 rmin + k rstep)]\n"
    "\n"
    "The output `covariance` is then the array of these rows, 2n numbers each: u (1, but 0 at r = 0, times "
    "the factor of `resolution`), minus, plus, then a and b of each pair. Pairs stand for what a point does "
    "elsewhere: one for the part below the first point, which hangs by all `edge_points`; with gaps, "
    "instead, one for each of these and for each point beside a gap, which are left out of the sums. The "
    "last number of u is a checksum of u and all a, so that a step notices where somebody computed with "
    "them. Place k along "
    "the rows is r + r' = 2 rmin + k rstep. Else, or where these would be no fewer numbers, the output is "
    "the square; where nothing is known of the errors of S, all of it is masked. `shells`, `maxima` and `connection_modes` take either.\n"
    "\n"
    "**Resolution.** An instrument that smears Q [S - 1] with a Gaussian of standard deviation sigma_Q "
    "damps G(r) by exp(-sigma_Q^2 r^2/2). `resolution` takes this back: G, sigma and covariance are "
    "multiplied by the inverse, errors and ripples along with the peaks. So there is a limit, "
    "`max_amplification`: farther out G is masked. A resolution that changes with Q is not covered.\n"
    "\n"
    "Attributes of the output: `quadrature`, `window`, `below_qmin` in words, `qmin` and `qmax` as used, "
    "`definition`; `taper` and `resolution` where they are.";

static struct integral_how how(const struct transform *p)
{
    return (struct integral_how){.quadrature = (enum quadrature)p->quadrature,
                                 .window = (enum window)p->window,
                                 .below = (enum below)p->below_qmin,
                                 .edge_points = (size_t)p->edge_points,
                                 .s0 = p->s0,
                                 .qmin = p->qmin,
                                 .qmax = p->qmax,
                                 .taper = p->taper};
}

static struct r_grid grid(const struct transform *p)
{
    /* The last r belongs to it although the division rounds. */
    return (struct r_grid){p->rmin, p->rstep,
                           (size_t)floor((p->rmax - p->rmin) / p->rstep * (1 + 1e-12) + 1e-9) + 1};
}

frit_status transform_check(frit_call *c)
{
    const struct transform *p = c->params;
    if (p->qmin >= p->qmax)
        return c->host->fail(c, FRIT_EPARAM, "qmin, %g 1/angstrom, must be less than qmax, %g", p->qmin,
                             p->qmax);
    if (p->rmin > p->rmax)
        return c->host->fail(c, FRIT_EPARAM, "rmin, %g angstrom, must not be more than rmax, %g", p->rmin,
                             p->rmax);
    return FRIT_OK;
}

/* What all curves on one axis share. */
struct transform_plan {
    struct r_grid          r;
    struct sine_transform *sine;
    double                *amplification;   /* what G(r) is multiplied with; 0 beyond the limit; NULL: 1 */
    size_t                 end;             /* the first r beyond it */
};

/* It grows with r. */
static bool find_amplification(struct transform_plan *plan, const struct transform *p)
{
    plan->end = plan->r.n;
    if (!(p->resolution > 0))
        return true;
    plan->amplification = calloc(plan->r.n, sizeof *plan->amplification);
    for (size_t i = 0; plan->amplification && i < plan->r.n; i++) {
        const double r = plan->r.min + (double)i * plan->r.step;
        const double x = exp(0.5 * p->resolution * p->resolution * r * r);
        if (x > p->max_amplification * (1 + 1e-12)) {
            plan->end = i;
            break;
        }
        plan->amplification[i] = x;
    }
    return plan->amplification;
}

frit_status transform_prepare(frit_call *c, void **made)
{
    const struct integral_how h = how(c->params);
    const frit_view *in = c->host->input(c, IN_S, 0);
    struct integral g = {0};
    char why[INTEGRAL_WHY];
    if (!in)
        return FRIT_EIO;
    if (!integral_find_range(&g, &h, in->axis[0], in->shape[0], why))
        return c->host->fail(c, FRIT_EDATA, "%s", why);
    struct transform_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return FRIT_ENOMEM;
    *made = plan;
    g.Q = in->axis[0] + g.first;
    plan->r = grid(c->params);
    plan->sine = sine_transform_new(&g, &h, plan->r, true);
    return plan->sine && sine_transform_prepare_covariance(plan->sine) && find_amplification(plan, c->params)
               ? FRIT_OK
               : FRIT_ENOMEM;
}

void transform_release(void *made)
{
    struct transform_plan *plan = made;
    sine_transform_free(plan->sine);
    free(plan->amplification);
    free(plan);
}

#define DEFINITION "(2/pi) integral Q [S(Q) - 1] M(Q) sin(Qr) dQ = 4 pi r rho0 [g(r) - 1]"
static void set_attributes(frit_call *c, uint32_t port, const struct integral *g,
                           const struct integral_how *h)
{
    const frit_host *host = c->host;
    const struct transform *p = c->params;
    char below[200];
    integral_describe_below(g, h, below, sizeof below);
    host->set_text_attribute(c, port, "definition",
                             p->resolution > 0 ? "G(r) = exp(resolution^2 r^2/2) " DEFINITION
                                               : "G(r) = " DEFINITION);
    host->set_text_attribute(c, port, "quadrature", integral_quadrature_name(h->quadrature));
    host->set_text_attribute(c, port, "window", integral_window_name(h->window));
    host->set_text_attribute(c, port, "below_qmin", below);
    host->set_attribute(c, port, "qmin", "1/angstrom", g->Q[0]);
    host->set_attribute(c, port, "qmax", "1/angstrom", g->Q[g->n - 1]);
    if (h->window == WINDOW_COSINE)
        host->set_attribute(c, port, "taper", "1", p->taper);
    if (p->resolution > 0)
        host->set_attribute(c, port, "resolution", "1/angstrom", p->resolution);
}

static void *scratch(void *call, size_t n, size_t size)
{
    frit_call *c = call;
    return c->host->scratch(c, n, size);
}

static void amplify(const struct transform_plan *plan, frit_buffer *G)
{
    for (size_t i = 0; i < plan->r.n; i++) {
        G->value[i] *= plan->amplification[i];
        if (G->sigma)
            G->sigma[i] *= plan->amplification[i];
        if (i >= plan->end)
            G->mask[i] = 1;
    }
}

static void mask_covariance(const struct transform_plan *plan, uint8_t *mask)
{
    const size_t n = plan->r.n;
    for (size_t i = 0; i < n; i++)
        for (size_t m = i >= plan->end ? 0 : plan->end; m < n; m++)
            mask[i * n + m] = 1;
}

static bool ends_measured(const frit_view *in, const struct integral *g)
{
    return integral_is_measured(in->value, in->mask, g->first) &&
           integral_is_measured(in->value, in->mask, g->first + g->n - 1);
}

/* The curve, ready for the integral, on the axis of the plan. */
static frit_status fill(frit_call *c, const frit_view *in, const struct integral_how *h, struct integral *g)
{
    const frit_host *host = c->host;
    const struct transform_plan *plan = c->plan;
    const struct integral *whole = sine_transform_range(plan->sine);
    char why[INTEGRAL_WHY];
    *g = (struct integral){.first = whole->first, .n = whole->n, .whole = whole};
    g->S = host->scratch(c, g->n, sizeof *g->S);
    g->bin = ends_measured(in, whole) ? whole->bin : host->scratch(c, g->n, sizeof *g->bin);
    if (!g->S || !g->bin)
        return FRIT_ENOMEM;
    return integral_fill(g, h, in->axis[0], in->value, in->mask, why) ? FRIT_OK
                                                                     : host->fail(c, FRIT_EDATA, "%s", why);
}

/* The covariance of S as given: NULL is none.  *status says whether it fits. */
static const double *covariance_of(frit_call *c, const frit_view *in, frit_status *status)
{
    const frit_host *host = c->host;
    *status = FRIT_OK;
    if (host->n_inputs(c, IN_COVARIANCE) == 0)
        return NULL;
    const frit_view *C = host->input(c, IN_COVARIANCE, 0);
    if (!C) {
        *status = FRIT_EIO;
        return NULL;
    }
    if (C->shape[0] != in->shape[0] || C->shape[1] != in->shape[0]) {
        *status = host->fail(c, FRIT_EDATA,
                             "the covariance has %zu x %zu values, and S(Q) has %zu points: it needs one for "
                             "each pair of them",
                             C->shape[0], C->shape[1], in->shape[0]);
        return NULL;
    }
    for (size_t k = 0; k < 2; k++)
        for (size_t j = 0; C->axis[k] && j < in->shape[0]; j++)
            if (!(fabs(C->axis[k][j] - in->axis[0][j]) <= 1e-6 * fabs(in->axis[0][j]))) {
                *status = host->fail(c, FRIT_EDATA,
                                     "point %zu of the covariance stands at Q = %g 1/angstrom, that of S(Q) "
                                     "at %g: both must be on the same points",
                                     j + 1, C->axis[k][j], in->axis[0][j]);
                return NULL;
            }
    if (!C->mask)
        return C->value;
    const size_t n = in->shape[0] * in->shape[0];
    double *measured = host->scratch(c, n, sizeof *measured);
    for (size_t k = 0; measured && k < n; k++)
        measured[k] = C->mask[k] ? 0 : C->value[k];
    *status = measured ? FRIT_OK : FRIT_ENOMEM;
    return measured;
}

/* ---- Covariance ---- */

/* A curve on its way to G(r). */
struct job {
    const frit_view        *in;
    struct integral_how     how;
    struct integral         g;
    struct sine_curve       curve;      /* sigma NULL where S has a covariance, or neither */
    const double           *C;          /* of S; NULL: none */
    struct sine_terms       terms;      /* row NULL: not made */
};

static bool is_known(const struct job *job)
{
    return job->C || job->curve.sigma;
}

static uint32_t mask_where(frit_call *c, const struct job *job)
{
    const struct transform_plan *plan = c->plan;
    return plan->end < plan->r.n || !is_known(job) ? FRIT_WANT_MASK : 0;
}

/* Of `covariance` in its terms, where it has them; all masked, it has these alone. */
static frit_status open_terms(frit_call *c, struct job *job)
{
    const struct transform_plan *plan = c->plan;
    const struct memory memory = {scratch, c};
    const size_t n = plan->r.n;
    if (!c->host->wanted(c, OUT_COVARIANCE) || job->C)
        return FRIT_OK;
    const size_t rows = is_known(job) ? sine_transform_terms(plan->sine, &job->g, &job->curve, memory)
                                      : COVARIANCE_PAIRS;
    const size_t shape[2] = {rows, 2 * n};
    if (rows == 0)
        return FRIT_OK;
    const uint32_t mask = mask_where(c, job);
    frit_buffer *out = c->host->output(c, OUT_COVARIANCE, FRIT_F64, 2, shape, mask ? mask : FRIT_WANT_FILLED);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t k = 0; k < rows; k++)
        out->axis[0][k] = (double)(k + 1);
    for (size_t k = 0; k < 2 * n; k++)
        out->axis[1][k] = 2 * plan->r.min + (double)k * plan->r.step;
    c->host->set_unit(c, OUT_COVARIANCE, 0, COVARIANCE_TERM_AXIS, "1");
    c->host->set_unit(c, OUT_COVARIANCE, 1, COVARIANCE_SUMS_AXIS, NULL);
    if (!is_known(job))
        memset(out->mask, 1, rows * 2 * n);
    for (size_t i = plan->end; is_known(job) && i < n; i++)
        out->mask[COVARIANCE_U * 2 * n + i] = 1;
    job->terms = (struct sine_terms){out->value, plan->amplification};
    return FRIT_OK;
}

static frit_buffer *open_square(frit_call *c, uint32_t port, const struct job *job)
{
    const struct r_grid r = ((const struct transform_plan *)c->plan)->r;
    const size_t shape[2] = {r.n, r.n};
    const uint32_t mask = mask_where(c, job);
    frit_buffer *out =
        c->host->output(c, port, FRIT_F64, 2, shape, mask ? mask : job->C ? 0 : FRIT_WANT_FILLED);
    for (size_t i = 0; out && i < r.n; i++)
        out->axis[0][i] = out->axis[1][i] = r.min + (double)i * r.step;
    if (out && port == OUT_COVARIANCE)
        c->host->set_unit(c, port, 0, "r", "angstrom");
    return out;
}

/* Into one square, or none: sigma of G may be all that is wanted of a covariance of S. */
static frit_status make_square(frit_call *c, const struct job *job, double *sigma, frit_buffer *out)
{
    const struct transform_plan *plan = c->plan;
    const struct memory memory = {scratch, c};
    if (job->C && !sine_transform_correlated(plan->sine, &job->g, &job->curve, job->C, job->in->shape[0],
                                             sigma, plan->amplification, out ? out->value : NULL, memory))
        return FRIT_ENOMEM;
    if (!out)
        return FRIT_OK;
    if (!is_known(job))
        memset(out->mask, 1, plan->r.n * plan->r.n);
    else if (!job->C && !sine_transform_covariance(plan->sine, &job->g, &job->curve, plan->amplification,
                                                   out->value, memory))
        return FRIT_ENOMEM;
    if (is_known(job) && plan->end < plan->r.n)
        mask_covariance(plan, out->mask);
    return FRIT_OK;
}

static frit_status put_squares(frit_call *c, const struct job *job, double *sigma)
{
    const size_t n = ((const struct transform_plan *)c->plan)->r.n;
    frit_buffer *out[2] = {NULL, NULL};
    size_t n_out = 0;
    for (uint32_t port = OUT_COVARIANCE; port <= OUT_MATRIX; port++) {
        if (!c->host->wanted(c, port) || (port == OUT_COVARIANCE && job->terms.row))
            continue;
        out[n_out] = open_square(c, port, job);
        if (!out[n_out++])
            return FRIT_ENOMEM;
    }
    const frit_status status = make_square(c, job, sigma, out[0]);
    if (status == FRIT_OK && n_out == 2) {
        memcpy(out[1]->value, out[0]->value, n * n * sizeof *out[1]->value);
        if (out[1]->mask)
            memcpy(out[1]->mask, out[0]->mask, n * n);
    }
    return status;
}

/* ---- Run ---- */

static frit_status begin(frit_call *c, struct job *job)
{
    const frit_view *in = job->in = c->host->input(c, IN_S, 0);
    frit_status status;
    if (!in)
        return FRIT_EIO;
    job->how = how(c->params);
    job->C = covariance_of(c, in, &status);
    job->curve = (struct sine_curve){in->value, in->mask, job->C ? NULL : in->sigma};
    if (status == FRIT_OK)
        status = fill(c, in, &job->how, &job->g);
    return status == FRIT_OK ? open_terms(c, job) : status;
}

static void warn_of_amplification(frit_call *c, const double *r)
{
    const struct transform *p = c->params;
    const struct transform_plan *plan = c->plan;
    if (plan->end < plan->r.n)
        c->host->log(c, FRIT_WARNING,
                     "G(r) is masked from %g angstrom on: the correction for a resolution of %g 1/angstrom "
                     "would amplify it more than %g times there",
                     r[plan->end], p->resolution, p->max_amplification);
}

frit_status transform_run(frit_call *c)
{
    const frit_host *host = c->host;
    const struct transform_plan *plan = c->plan;
    const struct r_grid r = plan->r;
    struct job job = {0};
    frit_status status = begin(c, &job);
    if (status != FRIT_OK)
        return status;
    const uint32_t want = (is_known(&job) ? FRIT_WANT_SIGMA : 0) | (plan->end < r.n ? FRIT_WANT_MASK : 0);
    frit_buffer *out = host->output(c, OUT_G, FRIT_F64, 1, &r.n, want);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < r.n; i++)
        out->axis[0][i] = r.min + (double)i * r.step;
    if (!sine_transform_run(plan->sine, &job.g, &job.curve, out->value, out->sigma,
                            job.terms.row ? &job.terms : NULL, (struct memory){scratch, c}))
        return FRIT_ENOMEM;
    status = put_squares(c, &job, out->sigma);
    if (status != FRIT_OK)
        return status;
    if (plan->amplification)
        amplify(plan, out);
    warn_of_amplification(c, out->axis[0]);
    for (uint32_t port = OUT_G; port <= OUT_MATRIX; port++)
        if (port == OUT_G || host->wanted(c, port))
            set_attributes(c, port, &job.g, &job.how);
    return FRIT_OK;
}
