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

#include "sine_transform.h"

const frit_port transform_inputs[] = {
    {.name = "structure_factor", .unit = "1", .ndim = 1, .axis_name = {"Q"}, .axis_unit = {"1/angstrom"},
     .doc = "S(Q), normalised so that it approaches 1."},
    {0}};

const frit_port transform_outputs[] = {
    {.name = "reduced_pdf",
     .unit = "1/angstrom^2",
     .ndim = 1,
     .axis_name = {"r"},
     .axis_unit = {"angstrom"},
     .doc =
         "G(r), with its standard uncertainty where S(Q) has one. Neighbouring points of r are correlated; "
         "the uncertainty is that of each point alone."},
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
                "M(Q), with x = pi Q/Qmax: 1; lorch: sin x/x; soper: 3 (sin x - x cos x)/x^3. A window "
                "lowers the termination ripples and broadens the peaks."),
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
    "uniform axis the sums are made by the chirp-z transform, on any other as they stand: equal to "
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
    "Attributes of the output: `quadrature`, `window`, `below_qmin` in words, `qmin` and `qmax` as used, "
    "`definition`.";

static struct integral_how how(const struct transform *p)
{
    return (struct integral_how){.quadrature = (enum quadrature)p->quadrature,
                                 .window = (enum window)p->window,
                                 .below = (enum below)p->below_qmin,
                                 .edge_points = (size_t)p->edge_points,
                                 .s0 = p->s0,
                                 .qmin = p->qmin,
                                 .qmax = p->qmax};
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

frit_status transform_prepare(frit_call *c, void **plan)
{
    const struct integral_how h = how(c->params);
    const frit_view *in = c->host->input(c, 0, 0);
    struct integral g = {0};
    char why[INTEGRAL_WHY];
    if (!in)
        return FRIT_EIO;
    if (!integral_find_range(&g, &h, in->axis[0], in->shape[0], why))
        return c->host->fail(c, FRIT_EDATA, "%s", why);
    g.Q = in->axis[0] + g.first;
    *plan = sine_transform_new(&g, &h, grid(c->params), true);
    return *plan ? FRIT_OK : FRIT_ENOMEM;
}

void transform_release(void *plan)
{
    sine_transform_free(plan);
}

static void set_attributes(frit_call *c, const struct integral *g, const struct integral_how *h)
{
    const frit_host *host = c->host;
    char below[200];
    integral_describe_below(g, h, below, sizeof below);
    host->set_text_attribute(c, 0, "definition",
                             "G(r) = (2/pi) integral Q [S(Q) - 1] M(Q) sin(Qr) dQ = 4 pi r rho0 [g(r) - 1]");
    host->set_text_attribute(c, 0, "quadrature", integral_quadrature_name(h->quadrature));
    host->set_text_attribute(c, 0, "window", integral_window_name(h->window));
    host->set_text_attribute(c, 0, "below_qmin", below);
    host->set_attribute(c, 0, "qmin", "1/angstrom", g->Q[0]);
    host->set_attribute(c, 0, "qmax", "1/angstrom", g->Q[g->n - 1]);
}

static void *scratch(void *call, size_t n, size_t size)
{
    frit_call *c = call;
    return c->host->scratch(c, n, size);
}

frit_status transform_run(frit_call *c)
{
    const frit_host *host = c->host;
    const struct integral_how h = how(c->params);
    const struct r_grid r = grid(c->params);
    const frit_view *in = host->input(c, 0, 0);
    struct integral g = {0};
    char why[INTEGRAL_WHY];
    if (!in)
        return FRIT_EIO;
    if (!integral_find_range(&g, &h, in->axis[0], in->shape[0], why))
        return host->fail(c, FRIT_EDATA, "%s", why);
    g.S = host->scratch(c, g.n, sizeof *g.S);
    g.bin = host->scratch(c, g.n, sizeof *g.bin);
    if (!g.S || !g.bin)
        return FRIT_ENOMEM;
    if (!integral_fill(&g, &h, in->axis[0], in->value, in->mask, why))
        return host->fail(c, FRIT_EDATA, "%s", why);

    frit_buffer *out = host->output(c, 0, FRIT_F64, 1, &r.n, in->sigma ? FRIT_WANT_SIGMA : 0);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < r.n; i++)
        out->axis[0][i] = r.min + (double)i * r.step;
    if (!sine_transform_run(c->plan, &g, in->value, in->mask, in->sigma, out->value, out->sigma,
                            (struct memory){scratch, c}))
        return FRIT_ENOMEM;
    set_attributes(c, &g, &h);
    return FRIT_OK;
}
