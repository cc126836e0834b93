/* fourier_filter: S(Q) without what its G(r) shows below the first distance between atoms.
 *
 * G is replaced below rmin by the line that it should be, and transformed back;
 * R. Kaplow, S. L. Strong & B. L. Averbach, Phys. Rev. 138 (1965) A1336, doi:10.1103/PhysRev.138.A1336.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "low_r.h"

#include <math.h>
#include <stdio.h>

const frit_port fourier_filter_inputs[] = {
    {.name = "structure_factor", .unit = "1", .ndim = 1, .axis_name = {"Q"}, .axis_unit = {"1/angstrom"},
     .doc = "S(Q), normalised so that it approaches 1."},
    {0}};

enum { OUT_S, OUT_REMOVED, OUT_BEFORE, OUT_AFTER };
const frit_port fourier_filter_outputs[] = {
    {.name = "structure_factor", .unit = "1", .ndim = 1, .axis_name = {"Q"}, .axis_unit = {"1/angstrom"},
     .doc = "S(Q) without it, at the points of the input."},
    {.name = "removed", .unit = "1", .ndim = 1, .axis_name = {"Q"}, .axis_unit = {"1/angstrom"},
     .doc = "What was taken from S(Q): it should be smooth, and small."},
    {.name = "deviation_before", .unit = "1/angstrom^2", .ndim = 0,
     .doc = "Root mean square of G minus its line below rmin, of the S(Q) that came in."},
    {.name = "deviation_after", .unit = "1/angstrom^2", .ndim = 0,
     .doc = "The same of the S(Q) that goes out."},
    {0}};

enum target { TARGET_DENSITY, TARGET_ZERO };
#define P struct fourier_filter
const frit_param fourier_filter_params[] = {
    FRIT_F64(P, rmin, "angstrom", NAN, 0.1, 20, FRIT_PARAM_REQUIRED,
             "No two atoms are closer than this: where the first peak of g(r) begins."),
    FRIT_CHOICE(P, target, "density|zero",
                "What G becomes below rmin: density: -4 pi rho0 r; zero: 0, for the difference of two S(Q), "
                "which knows no density."),
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

const char fourier_filter_doc[] =
    "    G(r) = (2/pi) integral Q [S - 1] sin(Qr) dQ\n"
    "    S(Q) <- S(Q) - (1/Q) integral from 0 to rmin of [G(r) - L(r)] sin(Qr) dr\n"
    "\n"
    "with L = -4 pi rho0 r, or 0. That is the transform back of a G whose part below `rmin` is replaced by "
    "L; only the difference is transformed, so that S keeps all that G shows beyond rmin, to rounding, "
    "however far r would have to go.\n"
    "\n"
    "There is no window. Without end, Q would make the filtered G exactly L below rmin; a range that ends "
    "at Qmax leaves what the cut at rmin spreads over pi/Qmax around it. `clean_low_r` with method = "
    "\"kaplow\" does the same again and again. What is taken out is the output `removed`: a smooth error of "
    "the normalisation, the background or the Compton scattering is worth it, an oscillation with "
    "the period 2 pi/rmin says that rmin reaches into the first peak.\n"
    "\n"
    "The difference is taken from every point of S, also outside `qmin` to `qmax`. The integral over r is "
    "a Gauss-Legendre sum with nodes enough to be exact to rounding.\n"
    "\n"
    "**Uncertainty.** sigma stays that of S: the part that is taken out depends on all points, and "
    "carries about (2 rmin/pi) times the step of Q of the variance of each, a percent.\n"
    "\n"
    "Off unless a recipe asks for it; the attribute `fourier_filter` of the output says what was done.";

static struct integral_how how(const struct fourier_filter *p)
{
    return (struct integral_how){.quadrature = (enum quadrature)p->quadrature, .window = WINDOW_NONE,
                                 .below = (enum below)p->below_qmin, .edge_points = (size_t)p->edge_points,
                                 .s0 = p->s0, .qmin = p->qmin, .qmax = p->qmax};
}

static frit_status density_of(frit_call *c, double *rho0)
{
    const struct fourier_filter *p = c->params;
    *rho0 = 0;
    return p->target == TARGET_ZERO ? FRIT_OK : number_density(c, &p->sample, rho0);
}

frit_status fourier_filter_check(frit_call *c)
{
    const struct fourier_filter *p = c->params;
    double rho0;
    if (p->qmin >= p->qmax)
        return c->host->fail(c, FRIT_EPARAM, "qmin, %g 1/angstrom, must be less than qmax, %g", p->qmin,
                             p->qmax);
    return density_of(c, &rho0);
}

static void describe(frit_call *c, uint32_t port, const struct integral *g, double rho0)
{
    const struct fourier_filter *p = c->params;
    const struct integral_how h = how(p);
    char below[200], text[400], line[80];
    integral_describe_below(g, &h, below, sizeof below);
    if (p->target == TARGET_ZERO)
        snprintf(line, sizeof line, "G = 0");
    else
        snprintf(line, sizeof line, "G = -4 pi rho0 r, rho0 = %.6g 1/angstrom^3,", rho0);
    snprintf(text, sizeof text, "%s below %g angstrom, %s quadrature from %.6g to %.6g 1/angstrom, %s", line,
             p->rmin, integral_quadrature_name(h.quadrature), g->Q[0], g->Q[g->n - 1], below);
    c->host->set_text_attribute(c, port, "fourier_filter", text);
}

/* S without the error, or the error alone. */
static frit_status put_curve(frit_call *c, uint32_t port, const frit_view *in, const struct integral *g,
                             const double *error, double rho0)
{
    if (!c->host->wanted(c, port))
        return FRIT_OK;
    frit_buffer *out = low_r_output(c, port, in, port == OUT_S && in->sigma);
    if (!out)
        return FRIT_ENOMEM;
    for (size_t j = 0; j < in->shape[0]; j++) {
        if (!integral_is_measured(in->value, in->mask, j))
            continue;
        out->value[j] = port == OUT_S ? in->value[j] - error[j] : error[j];
        if (out->sigma)
            out->sigma[j] = in->sigma[j];
    }
    describe(c, port, g, rho0);
    return FRIT_OK;
}

/* The curve within the range, filtered, for what is left below rmin. */
static double deviation_after(struct low_r *k, double rho0, const double *d, double *left)
{
    for (size_t j = 0; j < k->n_Q; j++)
        for (size_t i = 0; i < k->n_r; i++)
            k->S[j] -= k->back[j * k->n_r + i] * d[i];
    return low_r_deviation(k, rho0, left);
}

frit_status fourier_filter_run(frit_call *c)
{
    const frit_host *host = c->host;
    const struct fourier_filter *p = c->params;
    const struct integral_how h = how(p);
    const frit_view *in = host->input(c, 0, 0);
    struct integral g = {0};
    struct low_r k = {0};
    double rho0;
    if (!in)
        return FRIT_EIO;
    frit_status status = density_of(c, &rho0);
    if (status == FRIT_OK)
        status = low_r_init(c, in, &h, p->rmin, &g, &k);
    if (status != FRIT_OK)
        return status;
    double *d = host->scratch(c, 2 * k.n_r, sizeof *d);
    double *error = host->scratch(c, in->shape[0], sizeof *error);
    if (!d || !error)
        return FRIT_ENOMEM;
    const double before = low_r_deviation(&k, rho0, d);
    for (size_t j = 0; j < in->shape[0]; j++)
        error[j] = low_r_error(&k, d, in->axis[0][j]);
    const double after = deviation_after(&k, rho0, d, d + k.n_r);
    status = put_curve(c, OUT_S, in, &g, error, rho0);
    if (status == FRIT_OK)
        status = put_curve(c, OUT_REMOVED, in, &g, error, rho0);
    if (status == FRIT_OK)
        status = low_r_put_number(c, OUT_BEFORE, before);
    return status == FRIT_OK ? low_r_put_number(c, OUT_AFTER, after) : status;
}
