/* clean_low_r: S(Q) freed of what makes G(r) unphysical below the first distance between atoms.
 *
 * S <- S [1 - (1/Q) ∫ (G + 4 pi rho0 r) sin(Qr) dr] from r = 0 to rmin, several times over;
 * J. H. Eggert, G. Weck, P. Loubeyre & M. Mezouar, Phys. Rev. B 65 (2002) 174105,
 * doi:10.1103/PhysRevB.65.174105.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fourier.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdio.h>

#include "integral.h"

const frit_port clean_low_r_inputs[] = {
    {.name = "structure_factor", .unit = "1", .ndim = 1, .axis_name = {"Q"}, .axis_unit = {"1/angstrom"},
     .doc = "S(Q), normalised so that it approaches 1."},
    {0}};

enum { OUT_S, OUT_BEFORE, OUT_AFTER };
const frit_port clean_low_r_outputs[] = {
    {.name = "structure_factor", .unit = "1", .ndim = 1, .axis_name = {"Q"}, .axis_unit = {"1/angstrom"},
     .doc = "S(Q) after the last iteration, at the points of the input."},
    {.name = "deviation_before", .unit = "1/angstrom^2", .ndim = 0,
     .doc = "Root mean square of G + 4 pi rho0 r below rmin, of the S(Q) that came in."},
    {.name = "deviation_after", .unit = "1/angstrom^2", .ndim = 0,
     .doc = "The same of the S(Q) that goes out."},
    {0}};

#define P struct clean_low_r
const frit_param clean_low_r_params[] = {
    FRIT_F64(P, rmin, "angstrom", NAN, 0.1, 20, FRIT_PARAM_REQUIRED,
             "No two atoms are closer than this: where the first peak of g(r) begins, 2.2 for Zr- and "
             "Ce-based glasses."),
    FRIT_I64(P, iterations, 4, 1, 1000, 0, "How often S is corrected."),
    FRIT_F64(P, relaxation, "1", 1, 0.001, 1, 0, "The part of each correction that is applied."),
    FRIT_F64(P, qmin, "1/angstrom", NAN, 0, 1000, 0, "Points below it do not enter G; not given: all do."),
    FRIT_F64(P, qmax, "1/angstrom", NAN, 0, 1000, 0, "Points above it do not enter G; not given: all do."),
    FRIT_CHOICE(P, below_qmin, BELOW_CHOICES,
                "S below the first point: constant: the mean of the first edge_points; linear, quadratic: "
                "from s0 at Q = 0 to that mean; zero: S = 0; nothing: G takes S as 1 there."),
    FRIT_I64(P, edge_points, 15, 1, 10000, 0,
             "How many of the first points make the mean by which S below them hangs."),
    FRIT_F64(P, s0, "1", 0, -10, 10, 0, "S at Q = 0, where below_qmin is linear or quadratic."),
    FRIT_CHOICE(P, quadrature, QUADRATURE_CHOICES, "Of the integral over Q, as in the step transform."),
    DENSITY_PARAMS(P),
    {0}};

const char clean_low_r_doc[] =
    "No atom is closer to another than `rmin`, so G(r) = -4 pi rho0 r there. What G shows instead comes "
    "from errors of S that change slowly with Q: normalisation, background, Compton. Each iteration takes "
    "them out of S:\n"
    "\n"
    "    G(r) = (2/pi) integral Q [S - 1] sin(Qr) dQ\n"
    "    S(Q) <- S(Q) {1 - (x/Q) integral from 0 to rmin of [G(r) + 4 pi rho0 r] sin(Qr) dr}\n"
    "\n"
    "with x = `relaxation`.\n"
    "\n"
    "There is no window in the loop: a Lorch window there drives the mean of S above 1 (to 1.05 in "
    "practice). The continuation of S below the first point is corrected along with the rest, and left "
    "out of the output. The integral over r is a Gauss-Legendre sum with nodes enough to be exact to "
    "rounding.\n"
    "\n"
    "The correction is applied to every point of S, also outside `qmin` to `qmax`. It changes S as a "
    "smooth error would: a `rmin` beyond the foot of the first peak bends the peak itself. The outputs "
    "`deviation_before` and `deviation_after` say what was gained; where the second is not the smaller "
    "one, a warning is given.\n"
    "\n"
    "The published programs differ in details: Amorpheus and glassure iterate 4 times with sums over r "
    "that end one step before rmin, LiquidDiffract 5 times with x = 2/pi; S differs by 3e-4 to 1e-3 rms "
    "for that.\n"
    "\n"
    "**Uncertainty.** sigma is multiplied by the same factors as S. Through G each point also depends on "
    "its neighbours: that correlates their errors, and changes sigma by some (rmin/pi) times the step of "
    "Q, a percent; it is not kept.\n"
    "\n"
    "Off unless a recipe asks for it; the attribute `clean_low_r` of the output says what was done.";

static struct integral_how how(const struct clean_low_r *p)
{
    return (struct integral_how){.quadrature = (enum quadrature)p->quadrature, .window = WINDOW_NONE,
                                 .below = (enum below)p->below_qmin, .edge_points = (size_t)p->edge_points,
                                 .s0 = p->s0, .qmin = p->qmin, .qmax = p->qmax};
}

frit_status clean_low_r_check(frit_call *c)
{
    const struct clean_low_r *p = c->params;
    double rho0;
    if (p->qmin >= p->qmax)
        return c->host->fail(c, FRIT_EPARAM, "qmin, %g 1/angstrom, must be less than qmax, %g", p->qmin,
                             p->qmax);
    return number_density(c, &p->sample, &rho0);
}

/* The nodes in r and Q between which the iterations go to and fro. */
struct nodes {
    size_t  n_r, n_Q;                   /* n_Q: those below the first bin, then the curve's points */
    double *r, *weight;                 /* n_r */
    double *Q, *S;                      /* n_Q */
    double *kernel;                     /* n_r x n_Q: of the integral over Q */
    double *back;                       /* n_Q x n_r: weight sin(Qr)/Q, of the integral over r */
};

/* Gauss and Legendre's sum of n nodes is exact to rounding for sin(Qr) sin(Q'r) once 2n > Q rmin + 40, Q' =
 * Q the largest. Only these n come with weights to the last digit. */
static size_t nodes_needed(double Q, double rmin)
{
    static const size_t tables[] = {32, 64, 128, 256, 512, 1024};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (2. * (double)tables[i] > Q * rmin + 40)
            return tables[i];
    return 0;
}

static frit_status fill_r(frit_call *c, double Q, double rmin, struct nodes *k)
{
    const frit_host *host = c->host;
    k->n_r = nodes_needed(Q, rmin);
    if (k->n_r == 0)
        return host->fail(
            c, FRIT_EPARAM,
            "rmin, %g angstrom, times the largest Q, %g 1/angstrom, is more than 2000: no first "
            "distance between atoms is that large",
            rmin, Q);
    k->r = host->scratch(c, k->n_r, sizeof *k->r);
    k->weight = host->scratch(c, k->n_r, sizeof *k->weight);
    gsl_set_error_handler_off();
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(k->n_r);
    for (size_t i = 0; k->r && k->weight && table && i < k->n_r; i++)
        gsl_integration_glfixed_point(0, rmin, i, &k->r[i], &k->weight[i], table);
    if (table)
        gsl_integration_glfixed_table_free(table);
    return k->r && k->weight && table ? FRIT_OK : FRIT_ENOMEM;
}

static double sine_over_Q(double Q, double r)
{
    return fabs(Q * r) < 1e-8 ? r : sin(Q * r) / Q;
}

static void fill_node(struct nodes *k, size_t j, enum quadrature quadrature, const struct bin *bin, double Q,
                      double S)
{
    k->Q[j] = Q;
    k->S[j] = S;
    for (size_t i = 0; i < k->n_r; i++) {
        k->kernel[i * k->n_Q + j] = M_2_PI * integral_kernel(quadrature, bin, k->r[i]);
        k->back[j * k->n_r + i] = k->weight[i] * sine_over_Q(Q, k->r[i]);
    }
}

static frit_status fill_nodes(frit_call *c, const struct integral *g, const struct integral_how *h,
                              struct nodes *k)
{
    const frit_host *host = c->host;
    struct bin *below = host->scratch(c, BELOW_POINTS, sizeof *below);
    if (!below)
        return FRIT_ENOMEM;
    const size_t n = integral_bins_below(g, h, below);
    const double base = integral_base(h);
    k->n_Q = n + g->n;
    k->Q = host->scratch(c, k->n_Q, sizeof *k->Q);
    k->S = host->scratch(c, k->n_Q, sizeof *k->S);
    k->kernel = host->scratch(c, k->n_Q * k->n_r, sizeof *k->kernel);
    k->back = host->scratch(c, k->n_Q * k->n_r, sizeof *k->back);
    if (!k->Q || !k->S || !k->kernel || !k->back)
        return FRIT_ENOMEM;
    for (size_t j = 0; j < n; j++)
        fill_node(k, j, QUADRATURE_TRAPEZOID, &below[j], below[j].Q,
                  base + (g->edge - base) * integral_shape(h, below[j].Q, g->lower));
    for (size_t j = 0; j < g->n; j++)
        fill_node(k, n + j, h->quadrature, &g->bin[j], g->Q[j], g->S[j]);
    return FRIT_OK;
}

/* d[i] = G + 4 pi rho0 r at the nodes; its root mean square is returned. */
static double deviation(const struct nodes *k, double rho0, double *d)
{
    double square = 0, length = 0;
    for (size_t i = 0; i < k->n_r; i++) {
        d[i] = 4 * M_PI * rho0 * k->r[i];
        for (size_t j = 0; j < k->n_Q; j++)
            d[i] += k->kernel[i * k->n_Q + j] * (k->S[j] - 1);
        square += k->weight[i] * d[i] * d[i];
        length += k->weight[i];
    }
    return sqrt(square / length);
}

static void correct(struct nodes *k, double relaxation, const double *d)
{
    for (size_t j = 0; j < k->n_Q; j++) {
        double error = 0;
        for (size_t i = 0; i < k->n_r; i++)
            error += k->back[j * k->n_r + i] * d[i];
        k->S[j] *= 1 - relaxation * error;
    }
}

/* What all iterations together multiply S(Q) with; d holds one row an iteration. */
static double factor(const struct nodes *k, const struct clean_low_r *p, const double *d, double Q)
{
    double product = 1;
    for (int64_t m = 0; m < p->iterations; m++) {
        double error = 0;
        for (size_t i = 0; i < k->n_r; i++)
            error += k->weight[i] * sine_over_Q(Q, k->r[i]) * d[(size_t)m * k->n_r + i];
        product *= 1 - p->relaxation * error;
    }
    return product;
}

static frit_status put_curve(frit_call *c, const frit_view *in, const struct nodes *k, const double *d,
                             const struct integral *g, double rho0)
{
    const frit_host *host = c->host;
    const struct clean_low_r *p = c->params;
    const size_t n = in->shape[0];
    bool all_measured = true;
    for (size_t j = 0; j < n; j++)
        all_measured = all_measured && integral_is_measured(in->value, in->mask, j);
    frit_buffer *out = host->output(c, OUT_S, FRIT_F64, 1, &n,
                                    (in->sigma ? FRIT_WANT_SIGMA : 0) | (all_measured ? 0 : FRIT_WANT_MASK));
    if (!out)
        return FRIT_ENOMEM;
    for (size_t j = 0; j < n; j++) {
        out->axis[0][j] = in->axis[0][j];
        if (!integral_is_measured(in->value, in->mask, j)) {
            out->mask[j] = 1;
            continue;
        }
        const double f = factor(k, p, d, in->axis[0][j]);
        out->value[j] = f * in->value[j];
        if (in->sigma)
            out->sigma[j] = fabs(f) * in->sigma[j];
    }
    char below[200], text[400];
    const struct integral_how h = how(p);
    integral_describe_below(g, &h, below, sizeof below);
    snprintf(
        text, sizeof text,
        "%d iterations, relaxation %g, G + 4 pi rho0 r = 0 below %g angstrom, rho0 = %.6g 1/angstrom^3, %s "
        "quadrature from %.6g to %.6g 1/angstrom, %s",
        (int)p->iterations, p->relaxation, p->rmin, rho0, integral_quadrature_name(h.quadrature), g->Q[0],
        g->Q[g->n - 1], below);
    host->set_text_attribute(c, OUT_S, "clean_low_r", text);
    return FRIT_OK;
}

static frit_status put_number(frit_call *c, uint32_t port, double x)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *out = c->host->output(c, port, FRIT_F64, 0, NULL, 0);
    if (!out)
        return FRIT_ENOMEM;
    out->value[0] = x;
    return FRIT_OK;
}

static frit_status iterate(frit_call *c, struct nodes *k, double rho0, double *d, double *before,
                           double *after)
{
    const frit_host *host = c->host;
    const struct clean_low_r *p = c->params;
    for (int64_t m = 0; m < p->iterations; m++) {
        const double rms = deviation(k, rho0, d + (size_t)m * k->n_r);
        if (m == 0)
            *before = rms;
        correct(k, p->relaxation, d + (size_t)m * k->n_r);
        if (!host->progress(c, (double)(m + 1) / (double)p->iterations))
            return FRIT_ECANCELLED;
    }
    *after = deviation(k, rho0, d + (size_t)p->iterations * k->n_r);
    if (!isfinite(*after))
        return host->fail(
            c, FRIT_ENUMERIC,
            "the iterations run away: G + 4 pi rho0 r below rmin grew from %g 1/angstrom^2 beyond "
            "all bounds; use a smaller rmin than %g angstrom, or a relaxation of 0.5",
            *before, p->rmin);
    if (*after >= *before)
        host->log(c, FRIT_WARNING,
                  "G + 4 pi rho0 r below rmin grew from %g to %g 1/angstrom^2 rms: rmin = %g angstrom may "
                  "reach into the first peak, or the iterations overshoot (relaxation)",
                  *before, *after, p->rmin);
    return FRIT_OK;
}

frit_status clean_low_r_run(frit_call *c)
{
    const frit_host *host = c->host;
    const struct clean_low_r *p = c->params;
    const struct integral_how h = how(p);
    const frit_view *in = host->input(c, 0, 0);
    struct integral g = {0};
    struct nodes k;
    char why[INTEGRAL_WHY];
    double rho0, before = 0, after = 0;
    if (!in)
        return FRIT_EIO;
    frit_status status = number_density(c, &p->sample, &rho0);
    if (status != FRIT_OK)
        return status;
    if (!integral_find_range(&g, &h, in->axis[0], in->shape[0], why))
        return host->fail(c, FRIT_EDATA, "%s", why);
    g.S = host->scratch(c, g.n, sizeof *g.S);
    g.bin = host->scratch(c, g.n, sizeof *g.bin);
    if (!g.S || !g.bin)
        return FRIT_ENOMEM;
    if (!integral_fill(&g, &h, in->axis[0], in->value, in->mask, why))
        return host->fail(c, FRIT_EDATA, "%s", why);
    status = fill_r(c, fmax(g.upper, in->axis[0][in->shape[0] - 1]), p->rmin, &k);
    if (status == FRIT_OK)
        status = fill_nodes(c, &g, &h, &k);
    if (status != FRIT_OK)
        return status;
    double *d = host->scratch(c, ((size_t)p->iterations + 1) * k.n_r, sizeof *d);
    if (!d)
        return FRIT_ENOMEM;
    status = iterate(c, &k, rho0, d, &before, &after);
    if (status == FRIT_OK && host->wanted(c, OUT_S))
        status = put_curve(c, in, &k, d, &g, rho0);
    if (status == FRIT_OK)
        status = put_number(c, OUT_BEFORE, before);
    return status == FRIT_OK ? put_number(c, OUT_AFTER, after) : status;
}
