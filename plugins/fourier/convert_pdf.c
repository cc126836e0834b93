/* convert_pdf: one function of r into another: G, g, Keen's G, T, RDF, N.
 *
 * D. A. Keen, J. Appl. Cryst. 34 (2001) 172, doi:10.1107/S0021889800019993.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "convert.h"

const frit_port convert_pdf_inputs[] = {
    {.name = "curve", .unit = "*", .ndim = 1, .axis_name = {"r"}, .axis_unit = {"angstrom"},
     .doc = "The function that `from` says, in its unit."},
    {0}};

const frit_port convert_pdf_outputs[] = {
    {.name = "converted", .unit = "*", .ndim = 1, .axis_name = {"r"}, .axis_unit = {"angstrom"},
     .doc = "The function that `to` says, in its unit. Masked at r = 0 where that leaves it open."},
    {0}};

enum { G_R, PAIR_R, KEEN_R, T_R, RDF_R, N_R };
#define CHOICES "G|g|G_K|T|RDF|N"
#define P struct convert_pdf
const frit_param convert_pdf_params[] = {
    {.name = "from", .type = FRIT_TYPE_CHOICE, .flags = FRIT_PARAM_REQUIRED,
     .offset = FRIT_OFFSET(P, from, int32_t), .text = CHOICES,
     .doc = "What the curve is; the table says which letter is which."},
    {.name = "to", .type = FRIT_TYPE_CHOICE, .flags = FRIT_PARAM_REQUIRED,
     .offset = FRIT_OFFSET(P, to, int32_t), .text = CHOICES, .doc = "What it becomes."},
    FRIT_F64(P, b_coh_sqr, "fm^2", NAN, 1e-6, 1e4, 0,
             "<b_coh>^2, the square of the mean coherent scattering length of the atoms; for G_K."),
    FRIT_F64(P, rmin, "angstrom", 0, 0, 1000, 0,
             "N is counted from the first point at or beyond it: no two atoms are closer, and ripples of G "
             "do not count."),
    DENSITY_PARAMS(P),
    {0}};

const char convert_pdf_doc[] =
    "| letter | definition | unit |\n"
    "|---|---|---|\n"
    "| G | 4 pi r rho0 [g - 1], the G(r) of PDFgetX and PDFgui, Keen's D(r)/<b_coh>^2 | 1/angstrom^2 |\n"
    "| g | the pair distribution function, which approaches 1 | 1 |\n"
    "| G_K | <b_coh>^2 [g - 1], the G(r) of Keen and RMCProfile | fm^2 |\n"
    "| T | 4 pi r rho0 g = G + 4 pi r rho0, Keen's T(r)/<b_coh>^2 | 1/angstrom^2 |\n"
    "| RDF | 4 pi r^2 rho0 g = r T | 1/angstrom |\n"
    "| N | integral of RDF from `rmin` to r: the coordination number | 1 |\n"
    "\n"
    "Each of the first five is another one times a power of r plus a power of r, computed as such, exact to "
    "rounding. Where that leaves a value at r = 0 open, it is masked. The density is needed where it does "
    "not cancel: not between g and G_K, nor among T, RDF and N.\n"
    "\n"
    "N is a running trapezoid (its error is step^2/12 times the change of dRDF/dr), 0 at the first point; "
    "gaps are bridged by a straight line of RDF. From N comes RDF by three-point differences, exact for a "
    "parabola, within step^2/6 |d^3N/dr^3| inside else; differences make noise larger.\n"
    "\n"
    "**Uncertainty.** sigma is multiplied by the same power of r. That of N takes the points of the curve "
    "for uncorrelated; those of a G(r) from a transform are not: for N of a shell use its covariance. "
    "Where the curve is N, what comes of it has no sigma. The uncertainty of the density is not in sigma.";

static struct form form_of(int32_t which, double rho0, double b)
{
    const double A = 4 * M_PI * rho0;
    const struct form forms[] = {
        [G_R] = {"G", "reduced_pdf", "1/angstrom^2", "G(r) = 4 pi r rho0 [g(r) - 1]", A, 1, 1},
        [PAIR_R] = {"g", "pair_distribution", "1", "g(r) = 1 + G(r)/(4 pi r rho0)", 1, 0, 0},
        [KEEN_R] = {"G_K", "keen_pdf", "fm^2", "G_K(r) = <b_coh>^2 [g(r) - 1]", b, 1, 0},
        [T_R] = {"T", "total_correlation", "1/angstrom^2", "T(r) = 4 pi r rho0 g(r)", A, 0, 1},
        [RDF_R] = {"RDF", "radial_distribution", "1/angstrom", "RDF(r) = 4 pi r^2 rho0 g(r)", A, 0, 2},
        [N_R] = {"N", "coordination_number", "1", "N(r) = integral of 4 pi r^2 rho0 g(r) from rmin to r",
                 A, 0, 2}};
    return forms[which];
}

static bool is_correlation(int32_t which)
{
    return which == PAIR_R || which == KEEN_R;
}

/* rho0 and <b_coh>^2 where they do not cancel, else 1. */
static frit_status factors(frit_call *c, double *rho0, double *b)
{
    const struct convert_pdf *p = c->params;
    const int32_t from = p->from, to = p->to;
    *rho0 = 1;
    *b = 1;
    if ((from == KEEN_R) != (to == KEEN_R)) {
        if (isnan(p->b_coh_sqr))
            return c->host->fail(c, FRIT_EPARAM,
                                 "G_K = <b_coh>^2 [g - 1] needs b_coh_sqr (fm^2), the square of the mean "
                                 "coherent scattering length: 106.09 for nickel");
        *b = p->b_coh_sqr;
    }
    /* g and G_K have no density in them; T, RDF and N the same; G minus it. */
    const bool alike = is_correlation(from) == is_correlation(to) && from != G_R && to != G_R;
    return alike || from == to ? FRIT_OK : number_density(c, &p->sample, rho0);
}

frit_status convert_pdf_check(frit_call *c)
{
    double rho0, b;
    return factors(c, &rho0, &b);
}

/* ---- N ---- */

static frit_status axis_increases(frit_call *c, const struct points *in)
{
    for (size_t i = 1; i < in->n; i++)
        if (!(in->x[i] > in->x[i - 1]))
            return c->host->fail(c, FRIT_EDATA,
                                 "r must increase from point to point, but %g angstrom (point %zu) follows "
                                 "%g: sort the data by r",
                                 in->x[i], i + 1, in->x[i - 1]);
    return FRIT_OK;
}

/* The sum of w_j^2 var_j, where w_j is half the distance of the points beside j, is kept up to `last`, whose
 * weight still grows. */
static void running_integral(const struct points *in, double rmin, const frit_buffer *out)
{
    double sum = 0, variance = 0, before = 0;
    size_t last = in->n;
    for (size_t i = 0; i < in->n; i++) {
        if (!convert_is_measured(in, i)) {
            out->mask[i] = 1;
            continue;
        }
        if (in->x[i] < rmin * (1 - 1e-12))
            continue;
        const double h = last < in->n ? 0.5 * (in->x[i] - in->x[last]) : 0;
        if (last < in->n) {
            sum += h * (in->value[last] + in->value[i]);
            if (in->sigma)
                variance += pow((before + h) * in->sigma[last], 2);
        }
        out->value[i] = sum;
        if (out->sigma && in->sigma)
            out->sigma[i] = sqrt(variance + pow(h * in->sigma[i], 2));
        before = h;
        last = i;
    }
}

/* The derivative, at x, of the parabola through three points. */
static double parabola_slope(const double *x, const double *y, const size_t at[3], double at_x)
{
    double slope = 0;
    for (int k = 0; k < 3; k++) {
        const double a = x[at[k]], b = x[at[(k + 1) % 3]], d = x[at[(k + 2) % 3]];
        slope += y[at[k]] * ((at_x - b) + (at_x - d)) / ((a - b) * (a - d));
    }
    return slope;
}

static frit_status differences(frit_call *c, struct points *in)
{
    size_t *at = c->host->scratch(c, in->n + 1, sizeof *at), n = 0;
    double *slope = c->host->scratch(c, in->n + 1, sizeof *slope);
    if (!at || !slope)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < in->n; i++)
        if (convert_is_measured(in, i))
            at[n++] = i;
    if (n < 3)
        return c->host->fail(c, FRIT_EDATA, "RDF = dN/dr needs three points of N at least, %zu %s measured",
                             n, n == 1 ? "is" : "are");
    for (size_t i = 0; i < in->n; i++)
        slope[i] = NAN;
    for (size_t k = 0; k < n; k++) {
        const size_t first = k == 0 ? 0 : k == n - 1 ? n - 3 : k - 1;
        slope[at[k]] = parabola_slope(in->x, in->value, at + first, in->x[at[k]]);
    }
    in->value = slope;
    in->sigma = NULL;
    return FRIT_OK;
}

/* RDF of the points, then their integral. */
static frit_status count_atoms(frit_call *c, const struct form *from, const struct form *rdf,
                               const struct points *in, const frit_buffer *out)
{
    const struct convert_pdf *p = c->params;
    const frit_host *host = c->host;
    frit_buffer shell = {.value = host->scratch(c, in->n, sizeof(double)),
                         .sigma = out->sigma ? host->scratch(c, in->n, sizeof(double)) : NULL,
                         .mask = host->scratch(c, in->n, 1)};
    if (!shell.value || !shell.mask || (out->sigma && !shell.sigma))
        return FRIT_ENOMEM;
    convert_points(from, rdf, in, &shell);
    const struct points shells = {in->n, in->x, shell.value, shell.sigma, shell.mask};
    running_integral(&shells, p->rmin, out);
    host->set_attribute(c, 0, "rmin", "angstrom", p->rmin);
    return FRIT_OK;
}

frit_status convert_pdf_run(frit_call *c)
{
    const struct convert_pdf *p = c->params;
    const frit_view *in = c->host->input(c, 0, 0);
    struct points points;
    double rho0, b;
    if (!in)
        return FRIT_EIO;
    frit_status status = factors(c, &rho0, &b);
    if (status == FRIT_OK && (p->to == RDF_R || p->to == N_R))
        status = absolute_scale(c);
    if (status != FRIT_OK)
        return status;
    const struct form given = form_of(p->from, rho0, b), wanted = form_of(p->to, rho0, b);
    const bool derive = p->from == N_R && p->to != N_R, count = p->to == N_R && p->from != N_R;
    status = convert_input(c, &given, in, &points);
    if (status == FRIT_OK && (derive || count))
        status = axis_increases(c, &points);
    if (status == FRIT_OK && derive)
        status = differences(c, &points);
    if (status != FRIT_OK)
        return status;
    frit_buffer *out = convert_output(c, &wanted, in, points.sigma);
    if (!out)
        return FRIT_ENOMEM;
    if (rho0 != 1)
        c->host->set_attribute(c, 0, "number_density", "1/angstrom^3", rho0);
    if (b != 1)
        c->host->set_attribute(c, 0, "b_coh_sqr", "fm^2", b);
    if (count)
        return count_atoms(c, &given, &wanted, &points, out);
    convert_points(&given, &wanted, &points, out);
    return FRIT_OK;
}
