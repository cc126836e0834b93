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

#include "sine_transform.h"

const frit_port transform_inputs[] = {
    {.name = "structure_factor", .unit = "1", .ndim = 1, .axis_name = {"Q"}, .axis_unit = {"1/angstrom"},
     .doc = "S(Q), normalised so that it approaches 1."},
    {.name = "covariance", .unit = "1", .ndim = 2, .axis_name = {"Q", "Q"},
     .axis_unit = {"1/angstrom", "1/angstrom"}, .flags = FRIT_PORT_OPTIONAL,
     .doc = "Of S(Q) between all pairs of its points; with it, the sigma of S is not used."},
    {0}};

enum { IN_S, IN_COVARIANCE };
enum { OUT_G, OUT_COVARIANCE };
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
     .axis_unit = {"angstrom", "angstrom"},
     .doc = "Of G(r) between all pairs of r; masked where S has neither sigma nor covariance."},
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
    "The output `covariance` holds cov(r, r') = sum over j, l of dG(r)/dS_j C_jl dG(r')/dS_l, with C = "
    "diag(sigma^2) or, where it is given, the input `covariance`; sigma is the root of its diagonal. It is "
    "made only where it is wanted: in a moment from sigma, in seconds for thousands of points from a "
    "covariance (or from sigma, where stepwise data are not uniform).\n"
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

static frit_status put_covariance(frit_call *c, const frit_view *in, const struct integral *g,
                                  const struct integral_how *h, const double *C, double *sigma)
{
    const struct transform_plan *plan = c->plan;
    const struct r_grid r = plan->r;
    const size_t shape[2] = {r.n, r.n};
    const struct memory memory = {scratch, c};
    const bool known = C || in->sigma;
    frit_buffer *out = NULL;
    if (c->host->wanted(c, OUT_COVARIANCE)) {
        out = c->host->output(c, OUT_COVARIANCE, FRIT_F64, 2, shape,
                              plan->end < r.n || !known ? FRIT_WANT_MASK : C ? 0 : FRIT_WANT_FILLED);
        if (!out)
            return FRIT_ENOMEM;
        for (size_t i = 0; i < r.n; i++)
            out->axis[0][i] = out->axis[1][i] = r.min + (double)i * r.step;
    }
    if (C && !sine_transform_correlated(plan->sine, g, in->value, in->mask, C, in->shape[0], sigma,
                                        plan->amplification, out ? out->value : NULL, memory))
        return FRIT_ENOMEM;
    if (!out)
        return FRIT_OK;
    if (!known)
        memset(out->mask, 1, r.n * r.n);
    else if (!C && !sine_transform_covariance(plan->sine, g, in->value, in->mask, in->sigma,
                                              plan->amplification, out->value, memory))
        return FRIT_ENOMEM;
    if (known && plan->end < r.n)
        mask_covariance(plan, out->mask);
    set_attributes(c, OUT_COVARIANCE, g, h);
    return FRIT_OK;
}

frit_status transform_run(frit_call *c)
{
    const frit_host *host = c->host;
    const struct transform *p = c->params;
    const struct integral_how h = how(p);
    const struct transform_plan *plan = c->plan;
    const struct r_grid r = plan->r;
    const frit_view *in = host->input(c, IN_S, 0);
    struct integral g = {0};
    frit_status status;
    if (!in)
        return FRIT_EIO;
    const double *C = covariance_of(c, in, &status);
    if (status == FRIT_OK)
        status = fill(c, in, &h, &g);
    if (status != FRIT_OK)
        return status;
    const uint32_t want =
        (in->sigma || C ? FRIT_WANT_SIGMA : 0) | (plan->end < r.n ? FRIT_WANT_MASK : 0);
    frit_buffer *out = host->output(c, OUT_G, FRIT_F64, 1, &r.n, want);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < r.n; i++)
        out->axis[0][i] = r.min + (double)i * r.step;
    if (!sine_transform_run(plan->sine, &g, in->value, in->mask, C ? NULL : in->sigma, out->value, out->sigma,
                            (struct memory){scratch, c}))
        return FRIT_ENOMEM;
    if (C || host->wanted(c, OUT_COVARIANCE))
        status = put_covariance(c, in, &g, &h, C, out->sigma);
    if (status != FRIT_OK)
        return status;
    if (plan->amplification)
        amplify(plan, out);
    if (plan->end < r.n)
        host->log(c, FRIT_WARNING,
                  "G(r) is masked from %g angstrom on: the correction for a resolution of %g 1/angstrom "
                  "would amplify it more than %g times there",
                  out->axis[0][plan->end], p->resolution, p->max_amplification);
    set_attributes(c, OUT_G, &g, &h);
    return FRIT_OK;
}
