/* pair_distribution: G(r) to the pair distribution function g(r) and the radial distribution function.
 *
 * g(r) = 1 + G(r)/(4 pi r rho0), RDF(r) = 4 pi r^2 rho0 g(r) = r G(r) + 4 pi r^2 rho0;
 * D. A. Keen, J. Appl. Cryst. 34 (2001) 172, doi:10.1107/S0021889800019993.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fourier.h"

#include <math.h>

const frit_port pair_distribution_inputs[] = {
    {.name = "reduced_pdf", .unit = "1/angstrom^2", .ndim = 1, .axis_name = {"r"}, .axis_unit = {"angstrom"},
     .doc = "G(r) = 4 pi r rho0 [g(r) - 1]."},
    {0}};

enum { OUT_G, OUT_RDF };
const frit_port pair_distribution_outputs[] = {
    {.name = "pair_distribution",
     .unit = "1",
     .ndim = 1,
     .axis_name = {"r"},
     .axis_unit = {"angstrom"},
     .doc = "g(r): 0 where no atom is, 1 far away. Masked at r = 0, where it is not defined."},
    {.name = "radial_distribution",
     .unit = "1/angstrom",
     .ndim = 1,
     .axis_name = {"r"},
     .axis_unit = {"angstrom"},
     .doc = "RDF(r): its integral over a shell is the number of atoms in it (for one kind of atom; else "
            "weighted by how strongly they scatter)."},
    {0}};

#define P struct pair_distribution
const frit_param pair_distribution_params[] = {DENSITY_PARAMS(P), {0}};

const char pair_distribution_doc[] =
    "    g(r)   = 1 + G(r) / (4 pi r rho0)\n"
    "    RDF(r) = 4 pi r^2 rho0 g(r)\n"
    "\n"
    "rho0 is `number_density`, or `density` N_A / <M> with the mean molar mass of the `composition` "
    "(IUPAC's atomic weights). g scales with 1/rho0: an error of the density by 1 % moves g - 1 by 1 %. "
    "At r = 0 g is masked. The uncertainty of the density is not in sigma. The number density is kept as "
    "the attribute `number_density`.";

frit_status pair_distribution_check(frit_call *c)
{
    const struct pair_distribution *p = c->params;
    double rho0;
    return number_density(c, &p->sample, &rho0);
}

static frit_status fill(frit_call *c, uint32_t port, const frit_view *in, double rho0)
{
    const double *r = in->axis[0];
    const size_t n = in->shape[0];
    frit_buffer *out =
        c->host->output(c, port, FRIT_F64, 1, &n, FRIT_WANT_MASK | (in->sigma ? FRIT_WANT_SIGMA : 0));
    if (!out)
        return FRIT_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const double shell = 4 * M_PI * r[i] * rho0;
        const bool measured = !(in->mask && in->mask[i]) && isfinite(in->value[i]) && isfinite(r[i]);
        out->axis[0][i] = r[i];
        if (!measured || (port == OUT_G && !(r[i] > 0))) {
            out->mask[i] = 1;
            continue;
        }
        out->value[i] = port == OUT_G ? 1 + in->value[i] / shell : r[i] * (in->value[i] + shell);
        if (in->sigma)
            out->sigma[i] = port == OUT_G ? in->sigma[i] / shell : r[i] * in->sigma[i];
    }
    c->host->set_attribute(c, port, "number_density", "1/angstrom^3", rho0);
    c->host->set_text_attribute(c, port, "definition",
                                port == OUT_G ? "g(r) = 1 + G(r)/(4 pi r rho0)" : "RDF(r) = 4 pi r^2 rho0 g(r)");
    return FRIT_OK;
}

frit_status pair_distribution_run(frit_call *c)
{
    const struct pair_distribution *p = c->params;
    const frit_view *in = c->host->input(c, 0, 0);
    double rho0;
    if (!in)
        return FRIT_EIO;
    frit_status status = absolute_scale(c);
    if (status == FRIT_OK)
        status = number_density(c, &p->sample, &rho0);
    for (uint32_t port = OUT_G; port <= OUT_RDF && status == FRIT_OK; port++)
        if (c->host->wanted(c, port))
            status = fill(c, port, in, rho0);
    return status;
}
