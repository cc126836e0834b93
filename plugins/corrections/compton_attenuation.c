/* Compton scattering leaves the sample, and meets the detector, with less energy than it came with: what
 * that does to it beside the coherent scattering.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "corrections.h"
#include "slab.h"

enum { OUT_COMPTON, OUT_ABSORPTION_RATIO, OUT_EFFICIENCY_RATIO };

#define ON_Q .ndim = 1, .axis_name = { "Q" }, .axis_unit = { "1/angstrom" }
#define LIKE_COMPTON .ndim = 1, .axis_name = { "@compton.0" }, .axis_unit = { "@compton.0" }

const frit_port compton_attenuation_inputs[] = {
    { .name = "compton", ON_Q, .unit = "electron", .doc = "Compton scattering per atom, with its recoil" },
    { 0 }
};

const frit_port compton_attenuation_outputs[] = {
    { .name = "compton", LIKE_COMPTON, .unit = "electron",
      .doc = "as it is beside the coherent scattering in I/A; masked from 90 degrees on" },
    { .name = "absorption_ratio", LIKE_COMPTON, .unit = "1", .doc = "A'/A of the plate" },
    { .name = "efficiency_ratio", LIKE_COMPTON, .unit = "1",
      .doc = "eta(E')/eta(E) of the converter; 1 without one" },
    { 0 }
};

#define T compton_attenuation_params
const frit_param compton_attenuation_table[] = {
    SAMPLE_MATERIAL(T),
    SAMPLE_BEAM(T),
    SAMPLE_THICKNESS(T, FRIT_PARAM_REQUIRED | FRIT_PARAM_SAMPLE),
    FRIT_COMPOSITION(T, converter, 0,
                     "atoms of the detector's converter: \"CsI\"; not given: its efficiency is the same for "
                     "all energies"),
    FRIT_F64(T, converter_density, "g/cm^3", NAN, 1e-6, 30, 0, "of the converter; CsI: 4.51"),
    FRIT_F64(T, converter_thickness, "mm", NAN, 1e-6, 1e3, 0, "of the converter"),
    { 0 }
};
#undef T

frit_status compton_attenuation_check(frit_call *c)
{
    const compton_attenuation_params *p = c->params;
    frit_status status = sample_check_beam(c, &p->sample);
    if (status == FRIT_OK)
        status = sample_check_material(c, "sample", &p->sample.composition, p->sample.density);
    if (status != FRIT_OK || p->converter.n == 0)
        return status;
    if (isnan(p->converter_thickness))
        return c->host->fail(c, FRIT_EPARAM, "the converter has no thickness: give "
                             "converter_thickness in mm");
    return sample_check_material(c, "converter", &p->converter, p->converter_density);
}

/* Energy that a free electron at rest leaves to a photon. */
static double recoiled(double energy, double cosine)
{
    return energy / (1 + energy / ELECTRON_REST_KEV * (1 - cosine));
}

/* Absorbed share 1 - e^(-mu h/cos): the panel stands across the beam. */
static double efficiency(const compton_attenuation_params *p, double energy, double cosine)
{
    double mu = p->converter_density * material_absorption(&p->converter, energy);
    return -expm1(-mu * p->converter_thickness / 10 / cosine);    /* mm to cm */
}

static frit_status fill(frit_call *c, double wavelength, size_t n, const double *Q, double *const *column)
{
    const compton_attenuation_params *p = c->params;
    const frit_composition *atoms = &p->sample.composition;
    double energy = HC_KEV_ANGSTROM / wavelength, mu, t = p->thickness / 10;    /* cm */
    frit_status status = material_mu(c, atoms, p->sample.density, energy, &mu);
    if (status == FRIT_OK && p->converter.n > 0 && isnan(efficiency(p, energy, 1)))
        return c->host->fail(c, FRIT_EPARAM, "xraylib has no attenuation coefficient of %s at %g keV",
                             p->converter.text, energy);
    if (status != FRIT_OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        double cosine = cos_two_theta(Q[i], wavelength);
        column[0][i] = column[1][i] = column[2][i] = NAN;
        if (!(cosine > 0))
            continue;
        double after = recoiled(energy, cosine);
        double mu_after = p->sample.density * material_attenuation(atoms, after);
        column[1][i] = slab_through(mu * t, mu_after * t / cosine) / slab_through(mu * t, mu * t / cosine);
        column[2][i] = p->converter.n > 0 ? efficiency(p, after, cosine) / efficiency(p, energy, cosine) : 1;
        column[0][i] = column[1][i] * column[2][i];
    }
    return FRIT_OK;
}

frit_status compton_attenuation_prepare(frit_call *c, void **plan)
{
    const compton_attenuation_params *p = c->params;
    return columns_prepare(c, plan, &p->sample, 3, fill);
}

frit_status compton_attenuation_run(frit_call *c)
{
    const compton_attenuation_params *p = c->params;
    const double *column[3];
    frit_status status = once_check(c, COMPTON_ATTENUATED, "the attenuation of the Compton scattering");
    if (status == FRIT_OK)
        status = columns_get(c, &p->sample, 3, fill, column);
    if (status != FRIT_OK)
        return status;
    const frit_view *v = c->host->input(c, 0, 0);
    if (!v)
        return FRIT_EIO;
    status = put_product(c, OUT_COMPTON, v, column[0]);
    once_mark(c, OUT_COMPTON, COMPTON_ATTENUATED, "compton_attenuation");
    if (status == FRIT_OK)
        status = put_column(c, OUT_ABSORPTION_RATIO, v, column[1]);
    return status == FRIT_OK ? put_column(c, OUT_EFFICIENCY_RATIO, v, column[2]) : status;
}
