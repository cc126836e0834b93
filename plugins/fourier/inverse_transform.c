/* inverse_transform: the reduced pair distribution function G(r) back to the structure factor S(Q).
 *
 * S(Q) = 1 + (1/Q) ∫ G(r) M(r) sin(Qr) dr; T. Egami & S. J. L. Billinge, Underneath the Bragg Peaks,
 * 2nd ed., Elsevier 2012, ch. 3, ISBN 978-0-08-097133-9.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fourier.h"

#include <math.h>

#include "sine_transform.h"

const frit_port inverse_transform_inputs[] = {
    {.name = "reduced_pdf", .unit = "1/angstrom^2", .ndim = 1, .axis_name = {"r"}, .axis_unit = {"angstrom"},
     .doc = "G(r) = 4 pi r rho0 [g(r) - 1]."},
    {0}};

const frit_port inverse_transform_outputs[] = {
    {.name = "structure_factor",
     .unit = "1",
     .ndim = 1,
     .axis_name = {"Q"},
     .axis_unit = {"1/angstrom"},
     .doc = "S(Q), with its standard uncertainty where G(r) has one."},
    {0}};

#define P struct inverse_transform
const frit_param inverse_transform_params[] = {
    FRIT_F64(P, rmax, "angstrom", NAN, 0, 1e4, 0, "Points above it are left out; not given: all are used."),
    FRIT_F64(P, qmin, "1/angstrom", 0.02, 1e-3, 1000, 0, "First Q; at Q = 0 the quotient is not defined."),
    FRIT_F64(P, qmax, "1/angstrom", NAN, 1e-3, 1000, 0,
             "Last Q, at most pi/(step of r); not given: 25, or that where it is less."),
    FRIT_F64(P, qstep, "1/angstrom", 0.02, 1e-4, 10, 0,
             "Distance of neighbouring Q. Features narrower than pi/rmax do not exist."),
    FRIT_CHOICE(P, window, WINDOW_CHOICES,
                "M(r), as in the step transform with r for Q: a window lowers the ripples that the end of "
                "G(r) makes, and broadens the peaks of S."),
    FRIT_F64(P, taper, "1", 0.25, 0.001, 1, 0, "Of the window cosine: the part of rmax over which it falls."),
    {0}};

const char inverse_transform_doc[] =
    "    S(Q) = 1 + (1/Q) integral from 0 to rmax of G(r) M(r) sin(Q r) dr\n"
    "\n"
    "by the trapezoid on the points of G; where these begin above r = 0, G is a straight line from 0 there "
    "to the first, as -4 pi rho0 r is. Points that were not measured are bridged by straight lines of G/r.\n"
    "\n"
    "**How exact it is.** The step `transform`, without window and low-Q part, sums over a uniform Q = k dQ "
    "up to Qmax, and its G repeats itself with the period 2 pi/dQ. On r = 0, dr, 2 dr ... that end at "
    "pi/dQ, with dr < pi/Qmax, this step gives the same S back to rounding (1e-12/Q), but at Qmax itself, "
    "where it gives 1 + [S(Qmax) - 1]/2, the mean of both sides of the cut. Otherwise\n"
    "\n"
    "- G that ends at `rmax` smears S with sin(Q rmax)/Q, that is by pi/rmax;\n"
    "- a step dr adds the images of S around 2 pi/dr: S is right below pi/dr, if G holds no Q beyond it; a "
    "larger `qmax` is refused;\n"
    "- what was added to S below its first point is in G, and comes back.\n"
    "\n"
    "Errors of G at low r grow like 1/Q in S.\n"
    "\n"
    "**Uncertainty.** sigma is that of uncorrelated G(r). A G(r) that comes from a transform is correlated "
    "from point to point, with some pi/Qmax; where dr is less, sigma comes out too small or too large by up "
    "to the root of pi/(Qmax dr). Take sigma of S from the data instead, where there are any.";

static struct integral_how how(const struct inverse_transform *p)
{
    return (struct integral_how){.window = (enum window)p->window, .below = BELOW_CONSTANT, .edge_points = 1,
                                 .qmin = NAN, .qmax = p->rmax, .taper = p->taper, .space = SPACE_R};
}

/* What G(r) on its points tells about. */
static double last_Q(const struct integral *g)
{
    return M_PI * (double)(g->n - 1) / (g->Q[g->n - 1] - g->Q[0]);
}

static struct r_grid grid(const struct inverse_transform *p, const struct integral *g)
{
    const double qmax = isnan(p->qmax) ? fmin(25, last_Q(g)) : p->qmax;
    const double steps = fmax(0, qmax - p->qmin) / p->qstep;
    return (struct r_grid){p->qmin, p->qstep, (size_t)floor(steps * (1 + 1e-12) + 1e-9) + 1};
}

frit_status inverse_transform_check(frit_call *c)
{
    const struct inverse_transform *p = c->params;
    if (p->qmin > p->qmax)
        return c->host->fail(c, FRIT_EPARAM, "qmin, %g 1/angstrom, must not be more than qmax, %g", p->qmin,
                             p->qmax);
    return FRIT_OK;
}

static frit_status find_range(frit_call *c, const frit_view *in, const struct integral_how *h,
                              struct integral *g)
{
    const struct inverse_transform *p = c->params;
    char why[INTEGRAL_WHY];
    if (!integral_find_range(g, h, in->axis[0], in->shape[0], why))
        return c->host->fail(c, FRIT_EDATA, "%s", why);
    g->Q = in->axis[0] + g->first;
    const double most = last_Q(g), first = fmax(p->qmin, isnan(p->qmax) ? 0 : p->qmax);
    if (first > most * (1 + 1e-9))
        return c->host->fail(c, FRIT_EDATA,
                             "G(r) in steps of %g angstrom tells nothing beyond Q = pi/step = %g 1/angstrom, "
                             "and S is asked for at %g: set qmin and qmax to less, or transform with a "
                             "smaller rstep",
                             M_PI / most, most, first);
    return FRIT_OK;
}

frit_status inverse_transform_prepare(frit_call *c, void **plan)
{
    const frit_view *in = c->host->input(c, 0, 0);
    struct integral g = {0};
    if (!in)
        return FRIT_EIO;
    const struct integral_how h = how(c->params);
    frit_status status = find_range(c, in, &h, &g);
    if (status != FRIT_OK)
        return status;
    *plan = sine_transform_new(&g, &h, grid(c->params, &g), true);
    return *plan ? FRIT_OK : FRIT_ENOMEM;
}

void inverse_transform_release(void *plan)
{
    sine_transform_free(plan);
}

static void *scratch(void *call, size_t n, size_t size)
{
    frit_call *c = call;
    return c->host->scratch(c, n, size);
}

/* 1 + G/r takes the place of S. */
struct curve { double *value, *sigma; uint8_t *mask; };

/* At r = 0 the integrand is 0 whatever G/r is: it takes that of the next measured point. */
static void fill_zero(const frit_view *in, struct curve *x)
{
    double next = 1;
    for (size_t j = in->shape[0]; j-- > 0;) {
        if (in->axis[0][j] > 0 && integral_is_measured(x->value, x->mask, j))
            next = x->value[j];
        if (in->axis[0][j] != 0)
            continue;
        x->value[j] = next;
        x->mask[j] = 0;
        if (x->sigma)
            x->sigma[j] = 0;
    }
}

static bool divide_by_r(frit_call *c, const frit_view *in, struct curve *x)
{
    const size_t n = in->shape[0];
    x->value = c->host->scratch(c, n, sizeof *x->value);
    x->mask = c->host->scratch(c, n, sizeof *x->mask);
    x->sigma = in->sigma ? c->host->scratch(c, n, sizeof *x->sigma) : NULL;
    if (!x->value || !x->mask || (in->sigma && !x->sigma))
        return false;
    for (size_t j = 0; j < n; j++) {
        x->value[j] = 1 + in->value[j] / in->axis[0][j];
        x->mask[j] = in->mask ? in->mask[j] : 0;
        if (x->sigma)
            x->sigma[j] = in->sigma[j] / in->axis[0][j];
    }
    fill_zero(in, x);
    return true;
}

/* The transform gave (2/pi) ∫ G M sin(Qr) dr. */
static void finish(frit_call *c, const struct integral *g, const struct integral_how *h, frit_buffer *out)
{
    const frit_host *host = c->host;
    for (size_t i = 0; i < out->shape[0]; i++) {
        out->value[i] = 1 + M_PI_2 * out->value[i] / out->axis[0][i];
        if (out->sigma)
            out->sigma[i] *= M_PI_2 / out->axis[0][i];
    }
    host->set_text_attribute(c, 0, "definition", "S(Q) = 1 + (1/Q) integral G(r) M(r) sin(Qr) dr");
    host->set_text_attribute(c, 0, "window_r", integral_window_name(h->window));
    host->set_attribute(c, 0, "rmax", "angstrom", g->Q[g->n - 1]);
}

frit_status inverse_transform_run(frit_call *c)
{
    const frit_host *host = c->host;
    const frit_view *in = host->input(c, 0, 0);
    struct integral g = {0};
    struct curve x;
    char why[INTEGRAL_WHY];
    if (!in)
        return FRIT_EIO;
    const struct integral_how h = how(c->params);
    frit_status status = find_range(c, in, &h, &g);
    if (status != FRIT_OK)
        return status;
    const struct r_grid Q = grid(c->params, &g);
    g.S = host->scratch(c, g.n, sizeof *g.S);
    g.bin = host->scratch(c, g.n, sizeof *g.bin);
    if (!g.S || !g.bin || !divide_by_r(c, in, &x))
        return FRIT_ENOMEM;
    if (!integral_fill(&g, &h, in->axis[0], x.value, x.mask, why))
        return host->fail(c, FRIT_EDATA, "%s", why);
    frit_buffer *out = host->output(c, 0, FRIT_F64, 1, &Q.n, in->sigma ? FRIT_WANT_SIGMA : 0);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < Q.n; i++)
        out->axis[0][i] = Q.min + (double)i * Q.step;
    if (!sine_transform_run(c->plan, &g, &(struct sine_curve){x.value, x.mask, x.sigma}, out->value,
                            out->sigma, NULL, (struct memory){scratch, c}))
        return FRIT_ENOMEM;
    finish(c, &g, &h, out);
    return FRIT_OK;
}
