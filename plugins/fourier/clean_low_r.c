/* clean_low_r: S(Q) freed of what makes G(r) unphysical below the first distance between atoms.
 *
 * With e(Q) = (1/Q) ∫ (G + 4 pi rho0 r) sin(Qr) dr from r = 0 to rmin, several times over, S <- S [1 - e]:
 * J. H. Eggert, G. Weck, P. Loubeyre & M. Mezouar, Phys. Rev. B 65 (2002) 174105,
 * doi:10.1103/PhysRevB.65.174105; or S <- S - e: R. Kaplow, S. L. Strong & B. L. Averbach,
 * Phys. Rev. 138 (1965) A1336, doi:10.1103/PhysRev.138.A1336.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "low_r.h"

#include <math.h>
#include <stdio.h>

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

enum method { METHOD_EGGERT, METHOD_KAPLOW };
#define P struct clean_low_r
const frit_param clean_low_r_params[] = {
    FRIT_F64(P, rmin, "angstrom", NAN, 0.1, 20, FRIT_PARAM_REQUIRED,
             "No two atoms are closer than this: where the first peak of g(r) begins, 2.2 for Zr- and "
             "Ce-based glasses."),
    FRIT_CHOICE(P, method, "eggert|kaplow",
                "eggert: S is multiplied by 1 - e, as for an error of its scale; kaplow: e is taken from it, "
                "as for an error that is added."),
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
    "    e(Q) = (1/Q) integral from 0 to rmin of [G(r) + 4 pi rho0 r] sin(Qr) dr\n"
    "    eggert  S(Q) <- S(Q) [1 - x e(Q)]\n"
    "    kaplow  S(Q) <- S(Q) - x e(Q)\n"
    "\n"
    "with x = `relaxation`. Eggert's is made for a wrong scale, and leaves S alone where it is 0; Kaplow's "
    "is linear, and is the step `fourier_filter` again and again. Both end at G = -4 pi rho0 r below rmin, "
    "as far as the range of Q allows, by another S.\n"
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
    "**Uncertainty.** sigma is multiplied by the same factors as S (kaplow: it stays). Through G each point "
    "also depends on its neighbours: that correlates their errors, and changes sigma by some (rmin/pi) times "
    "the step of Q, a percent; it is not kept.\n"
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

static void correct(const struct clean_low_r *p, struct low_r *k, const double *d)
{
    for (size_t j = 0; j < k->n_Q; j++) {
        double error = 0;
        for (size_t i = 0; i < k->n_r; i++)
            error += k->back[j * k->n_r + i] * d[i];
        if (p->method == METHOD_KAPLOW)
            k->S[j] -= p->relaxation * error;
        else
            k->S[j] *= 1 - p->relaxation * error;
    }
}

/* What all iterations together multiply S(Q) with, or take from it; d holds one row an iteration. */
static double factor(const struct low_r *k, const struct clean_low_r *p, const double *d, double Q)
{
    double product = 1;
    for (int64_t m = 0; m < p->iterations; m++)
        product *= 1 - p->relaxation * low_r_error(k, d + (size_t)m * k->n_r, Q);
    return product;
}

static double difference(const struct low_r *k, const struct clean_low_r *p, const double *d, double Q)
{
    double sum = 0;
    for (int64_t m = 0; m < p->iterations; m++)
        sum += p->relaxation * low_r_error(k, d + (size_t)m * k->n_r, Q);
    return sum;
}

static frit_status put_curve(frit_call *c, const frit_view *in, const struct low_r *k, const double *d,
                             const struct integral *g, double rho0)
{
    const frit_host *host = c->host;
    const struct clean_low_r *p = c->params;
    const bool kaplow = p->method == METHOD_KAPLOW;
    frit_buffer *out = low_r_output(c, OUT_S, in, in->sigma);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t j = 0; j < in->shape[0]; j++) {
        if (!integral_is_measured(in->value, in->mask, j))
            continue;
        const double f = kaplow ? 1 : factor(k, p, d, in->axis[0][j]);
        out->value[j] = f * in->value[j] - (kaplow ? difference(k, p, d, in->axis[0][j]) : 0);
        if (in->sigma)
            out->sigma[j] = fabs(f) * in->sigma[j];
    }
    char below[200], text[400];
    const struct integral_how h = how(p);
    integral_describe_below(g, &h, below, sizeof below);
    snprintf(text, sizeof text,
             "%s, %d iterations, relaxation %g, G + 4 pi rho0 r = 0 below %g angstrom, rho0 = %.6g "
             "1/angstrom^3, %s quadrature from %.6g to %.6g 1/angstrom, %s",
             kaplow ? "kaplow" : "eggert", (int)p->iterations, p->relaxation, p->rmin, rho0,
             integral_quadrature_name(h.quadrature), g->Q[0], g->Q[g->n - 1], below);
    host->set_text_attribute(c, OUT_S, "clean_low_r", text);
    return FRIT_OK;
}

static frit_status iterate(frit_call *c, struct low_r *k, double rho0, double *d, double *before,
                           double *after)
{
    const frit_host *host = c->host;
    const struct clean_low_r *p = c->params;
    for (int64_t m = 0; m < p->iterations; m++) {
        const double rms = low_r_deviation(k, rho0, d + (size_t)m * k->n_r);
        if (m == 0)
            *before = rms;
        correct(p, k, d + (size_t)m * k->n_r);
        if (!host->progress(c, (double)(m + 1) / (double)p->iterations))
            return FRIT_ECANCELLED;
    }
    *after = low_r_deviation(k, rho0, d + (size_t)p->iterations * k->n_r);
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
    struct low_r k = {0};
    double rho0, before = 0, after = 0;
    if (!in)
        return FRIT_EIO;
    frit_status status = number_density(c, &p->sample, &rho0);
    if (status != FRIT_OK)
        return status;
    status = low_r_init(c, in, &h, p->rmin, &g, &k);
    if (status != FRIT_OK)
        return status;
    double *d = host->scratch(c, ((size_t)p->iterations + 1) * k.n_r, sizeof *d);
    if (!d)
        return FRIT_ENOMEM;
    status = iterate(c, &k, rho0, d, &before, &after);
    if (status == FRIT_OK && host->wanted(c, OUT_S))
        status = put_curve(c, in, &k, d, &g, rho0);
    if (status == FRIT_OK)
        status = low_r_put_number(c, OUT_BEFORE, before);
    return status == FRIT_OK ? low_r_put_number(c, OUT_AFTER, after) : status;
}
